//! `timeline FILE`: plays a scenario and prints each ring as one line of JSON. `-` reads standard input.

use std::{
    io::{Read as _, Write as _},
    process::ExitCode,
};

use firstbell_tests::timeline::{Scenario, Template};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match play().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            eprintln!("{sentence}");
            ExitCode::from(2)
        }
    }
}

async fn play() -> Result<(), String> {
    let mut arguments = std::env::args_os().skip(1);
    let (Some(file), None) = (arguments.next(), arguments.next()) else {
        return Err("Usage: timeline FILE, or timeline - to read standard input".to_owned());
    };
    let text = if file == "-" {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).map(|_| text)
    } else {
        std::fs::read_to_string(&file)
    };
    let text = text.map_err(|error| format!("{}: {error}", file.display()))?;
    let scenario = Scenario::parse(&text).map_err(|fault| fault.to_string())?;
    let template = Template::new().await.map_err(|error| error.to_string())?;
    let report = template.play(&scenario).await.map_err(|error| error.to_string())?;
    for refused in &report.refused {
        eprintln!("At {}: refused by the app: {}", refused.place, refused.sentence);
    }
    let mut out = std::io::stdout().lock();
    for ring in &report.rings {
        let line = serde_json::to_string(ring).map_err(|error| error.to_string())?;
        writeln!(out, "{line}").map_err(|error| error.to_string())?;
    }
    Ok(())
}
