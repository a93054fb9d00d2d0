//! What First Bell says where there is no window: bell, tray, command line, errors. Fluent files in
//! `locales/`, compiled in; the window reads the same files.

use std::sync::LazyLock;

use fluent_bundle::{FluentArgs, FluentResource, FluentValue, concurrent::FluentBundle};

/// Every file of words that the core speaks from, by language; the first language is the fallback.
const FILES: &[(&str, &[&str])] = &[(
    "en",
    &[
        include_str!("../../../locales/en/bell.ftl"),
        include_str!("../../../locales/en/errors.ftl"),
        include_str!("../../../locales/en/cli.ftl"),
        include_str!("../../../locales/en/school.ftl"),
        include_str!("../../../locales/en/course.ftl"),
    ],
)];

static ENGLISH: LazyLock<FluentBundle<FluentResource>> = LazyLock::new(|| {
    let (name, files) = FILES[0];
    let mut bundle = FluentBundle::new_concurrent(vec![name.parse().unwrap_or_default()]);
    // Isolation marks around arguments would be shown as boxes by some notification services.
    bundle.set_use_isolating(false);
    for file in files {
        // Faulty entries are left out; `./dev check` and a test find them.
        let resource = FluentResource::try_new((*file).to_owned()).unwrap_or_else(|(resource, _)| resource);
        bundle.add_resource_overriding(resource);
    }
    bundle
});

/// The sentence of that name. A name without a sentence is said as it stands; a test finds those.
#[must_use]
pub fn say(name: &str, arguments: &[(&str, FluentValue<'_>)]) -> String {
    let Some(pattern) = ENGLISH.get_message(name).and_then(|message| message.value()) else {
        return name.to_owned();
    };
    let arguments: FluentArgs<'_> = arguments.iter().map(|(key, value)| (*key, value.clone())).collect();
    ENGLISH.format_pattern(pattern, Some(&arguments), &mut Vec::new()).into_owned()
}

/// Whether there is a sentence of that name.
#[must_use]
pub fn has(name: &str) -> bool {
    ENGLISH.has_message(name)
}
