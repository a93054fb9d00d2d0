//! What the window shows, read and used by the names that people use. Every wait says at the end what was
//! there instead.

use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use fantoccini::Client;
use fantoccini::elements::{Element, ElementRef};
use serde_json::{Value, json};

use super::app::App;
use super::wait;

/// How long the window may take to show what follows from a deed.
pub const PROMPT: Duration = Duration::from_secs(10);

/// Shared by all scripts: what can be seen, what it is called, and the dialog on top.
const WORDS: &str = "
    const said = (text) => (text ?? '').replace(/\\s+/g, ' ').trim();
    const nameOf = (one) => said(one.getAttribute('aria-label') ?? one.textContent);
    const seen = (one) => one.getClientRects().length > 0;
    const top = () => [...document.querySelectorAll('dialog[open]')].at(-1) ?? document;
";

/// The page in a driven window.
#[derive(Clone, Copy)]
pub struct Page<'a> {
    client: &'a Client,
}

impl App<'_> {
    /// The page in its window.
    ///
    /// # Errors
    /// When it was started without a driver.
    pub fn page(&self) -> Result<Page<'_>> {
        Ok(Page { client: self.window()? })
    }
}

impl Page<'_> {
    /// The first visible element, in the dialog on top if there is one.
    ///
    /// # Errors
    /// When none comes in time.
    pub async fn find(&self, css: &str) -> Result<Element> {
        self.found(css, "return [...top().querySelectorAll(arguments[0])].find(seen) ?? null;", css).await
    }

    /// A button (or what acts as one) by its name or its visible words, in the dialog on top if there is one.
    ///
    /// # Errors
    /// When none comes in time.
    pub async fn button(&self, name: &str) -> Result<Element> {
        let script = "
            const open = document.querySelector('[popover]:popover-open');
            const all = [...(open ?? top()).querySelectorAll('button, summary, [role=menuitem]')].filter(seen);
            return all.find((one) => nameOf(one) === arguments[0])
              ?? all.find((one) => said(one.textContent) === arguments[0]) ?? null;";
        self.found(&format!("the button {name:?}"), script, name).await
    }

    /// A field by its label, in the dialog on top if there is one.
    ///
    /// # Errors
    /// When none comes in time.
    pub async fn field(&self, label: &str) -> Result<Element> {
        let script = "
            const all = [...top().querySelectorAll('input, select, textarea')].filter(seen);
            const labelled = (one) => [...one.labels ?? []].some((label) => {
              const own = label.cloneNode(true);
              own.querySelectorAll('small, span, input, select, textarea, datalist').forEach((part) => part.remove());
              return said(own.textContent) === arguments[0];
            });
            return all.find((one) => one.getAttribute('aria-label') === arguments[0]) ?? all.find(labelled) ?? null;";
        self.found(&format!("the field {label:?}"), script, label).await
    }

    /// Presses a button by its name.
    ///
    /// # Errors
    /// When it does not come or cannot be pressed.
    pub async fn press(&self, name: &str) -> Result<()> {
        wait::until_true(&format!("pressing {name:?}"), PROMPT, async || {
            // It may be drawn anew between being found and being pressed.
            let button = self.button(name).await?;
            // The driver does not find the way to what lies under the window's edge.
            let place = "arguments[0].scrollIntoView({ block: 'nearest' });";
            self.client.execute(place, vec![serde_json::to_value(&button)?]).await?;
            button.click().await?;
            Ok(true)
        })
        .await
    }

    /// Presses the one ink button of a page that has one, whatever it says now.
    ///
    /// # Errors
    /// When it does not come or cannot be pressed.
    pub async fn press_chief(&self) -> Result<()> {
        wait::until_true("pressing the chief button", PROMPT, async || {
            let button = self.find("main button.chief").await?;
            let place = "arguments[0].scrollIntoView({ block: 'nearest' });";
            self.client.execute(place, vec![serde_json::to_value(&button)?]).await?;
            button.click().await?;
            Ok(true)
        })
        .await
    }

    /// Puts a text into a field, in place of what is in it.
    ///
    /// # Errors
    /// When the field does not come.
    pub async fn fill(&self, label: &str, text: &str) -> Result<()> {
        let field = self.field(label).await?;
        let tag = field.tag_name().await?;
        if tag == "select" {
            return Ok(field.select_by_label(text).await?);
        }
        // As the driver's own clearing does not tell the page of it, the page is told here.
        let script = "
            const [field, text] = arguments;
            const proto = field.tagName === 'TEXTAREA' ? HTMLTextAreaElement : HTMLInputElement;
            field.focus();
            Object.getOwnPropertyDescriptor(proto.prototype, 'value').set.call(field, text);
            field.dispatchEvent(new Event('input', { bubbles: true }));
            field.dispatchEvent(new Event('change', { bubbles: true }));";
        let kind = field.attr("type").await?.unwrap_or_default();
        if matches!(kind.as_str(), "date" | "time" | "number") {
            let field = serde_json::to_value(&field)?;
            self.client.execute(script, vec![field, json!(text)]).await?;
            return Ok(());
        }
        let element = serde_json::to_value(&field)?;
        self.client.execute(script, vec![element, json!("")]).await?;
        field.send_keys(text).await?;
        Ok(())
    }

    /// All words that can be seen now, those of dialogs too.
    ///
    /// # Errors
    /// When the window does not answer.
    pub async fn words(&self) -> Result<String> {
        let words = self.script("return said(document.body.innerText);", Vec::new()).await?;
        Ok(words.as_str().unwrap_or_default().to_owned())
    }

    /// Waits until these words can be seen.
    ///
    /// # Errors
    /// When they do not come: tells what is there.
    pub async fn shows(&self, words: &str) -> Result<()> {
        self.shows_within(words, PROMPT).await
    }

    /// The same with more patience.
    ///
    /// # Errors
    /// As [`Self::shows`].
    pub async fn shows_within(&self, words: &str, timeout: Duration) -> Result<()> {
        wait::until_true(&format!("the words {words:?}"), timeout, async || {
            let seen = self.words().await?;
            ensure!(seen.contains(words), "there is: {seen}");
            Ok(true)
        })
        .await
    }

    /// Waits until these words can no longer be seen.
    ///
    /// # Errors
    /// When they stay.
    pub async fn shows_no(&self, words: &str) -> Result<()> {
        wait::until_true(&format!("the words {words:?} to go"), PROMPT, async || {
            let seen = self.words().await?;
            ensure!(!seen.contains(words), "there is: {seen}");
            Ok(true)
        })
        .await
    }

    /// The words of the first visible element of this kind; `None` if there is none.
    ///
    /// # Errors
    /// When the window does not answer.
    pub async fn text(&self, css: &str) -> Result<Option<String>> {
        let script = "const one = [...document.querySelectorAll(arguments[0])].find(seen); return one ? said(one.innerText) : null;";
        Ok(self.script(script, vec![json!(css)]).await?.as_str().map(str::to_owned))
    }

    /// Waits until the first visible element of this kind holds these words.
    ///
    /// # Errors
    /// When it does not: tells what it holds.
    pub async fn says(&self, css: &str, words: &str) -> Result<()> {
        wait::until_true(&format!("{css} to say {words:?}"), PROMPT, async || {
            let text = self.text(css).await?.unwrap_or_else(|| "nothing of the kind".to_owned());
            ensure!(text.contains(words), "it says {text:?}");
            Ok(true)
        })
        .await
    }

    /// How many visible elements of this kind there are.
    ///
    /// # Errors
    /// When the window does not answer.
    pub async fn count(&self, css: &str) -> Result<usize> {
        let script = "return [...document.querySelectorAll(arguments[0])].filter(seen).length;";
        let count = self.script(script, vec![json!(css)]).await?;
        Ok(usize::try_from(count.as_u64().context("a number")?)?)
    }

    /// Waits until there are that many visible elements of this kind.
    ///
    /// # Errors
    /// When there are not: tells how many.
    pub async fn has(&self, count: usize, css: &str) -> Result<()> {
        wait::until_true(&format!("{count} of {css}"), PROMPT, async || {
            let now = self.count(css).await?;
            ensure!(now == count, "there are {now}; the page: {}", self.words().await?);
            Ok(true)
        })
        .await
    }

    /// The visible words with a figure in them that is not as wide as every other: times do not stand one below
    /// the other in them.
    ///
    /// # Errors
    /// When the window does not answer.
    pub async fn uneven_figures(&self) -> Result<Vec<String>> {
        let script = "
            const even = (one) => getComputedStyle(one).fontVariantNumeric.includes('tabular-nums');
            const own = (one) => [...one.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE);
            return [...document.body.querySelectorAll('*')].filter((one) => seen(one) && !even(one))
              .flatMap((one) => own(one).map((node) => said(node.data))).filter((words) => /[0-9]/.test(words));";
        let found = self.script(script, Vec::new()).await?;
        Ok(serde_json::from_value(found)?)
    }

    /// What has the focus: its name, or its label, or its heading.
    ///
    /// # Errors
    /// When the window does not answer.
    pub async fn focus(&self) -> Result<String> {
        let script = "
            const one = document.activeElement;
            if (!one || one === document.body) return '';
            return nameOf(one) || said(one.labels?.[0]?.textContent) || one.id || one.tagName.toLowerCase();";
        Ok(self.script(script, Vec::new()).await?.as_str().unwrap_or_default().to_owned())
    }

    /// Waits until what has the focus is called so (or begins so).
    ///
    /// # Errors
    /// When it is not: tells what has it.
    pub async fn has_focus(&self, name: &str) -> Result<()> {
        wait::until_true(&format!("the focus at {name:?}"), PROMPT, async || {
            let focus = self.focus().await?;
            ensure!(focus.starts_with(name), "it is at {focus:?}");
            Ok(true)
        })
        .await
    }

    /// The title of the dialog on top.
    ///
    /// # Errors
    /// When none comes in time.
    pub async fn dialog(&self) -> Result<String> {
        let title = wait::until("a dialog", PROMPT, async || self.text("dialog[open] h2").await).await;
        match title {
            Ok(title) => Ok(title),
            Err(error) => bail!("{error:#}; the page: {}", self.words().await?),
        }
    }

    /// Waits until no dialog is open.
    ///
    /// # Errors
    /// When one stays.
    pub async fn no_dialog(&self) -> Result<()> {
        wait::until_true("the dialog to close", PROMPT, async || {
            let still = self.text("dialog[open]").await?;
            ensure!(still.is_none(), "it says {still:?}");
            Ok(true)
        })
        .await
    }

    /// Waits until nothing moves any more and what is there has been painted.
    ///
    /// # Errors
    /// When it goes on moving.
    pub async fn rests(&self) -> Result<()> {
        let still = "return document.getAnimations().every((one) => one.playState !== 'running');";
        wait::until_true("the page to rest", PROMPT, async || {
            Ok(self.script(still, Vec::new()).await?.as_bool() == Some(true))
        })
        .await?;
        let painted = "const done = arguments[arguments.length - 1];
            requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 30)));";
        wait::within("painting", wait::PATIENCE, self.client.execute_async(painted, Vec::new())).await?;
        Ok(())
    }

    /// Runs a script, with the words above at hand.
    ///
    /// # Errors
    /// When it throws or the window does not answer.
    pub async fn script(&self, script: &str, arguments: Vec<Value>) -> Result<Value> {
        let script = format!("{WORDS}{script}");
        let run = self.client.execute(&script, arguments);
        wait::within("a script in the window", wait::PATIENCE, run).await
    }

    /// Runs the body of an `async` function that calls its last argument with what it has found.
    ///
    /// # Errors
    /// When it never does or the window does not answer.
    pub async fn script_that_waits(&self, script: &str) -> Result<Value> {
        let script =
            format!("const given = arguments; (async function () {{ {script} }}).apply(null, given);");
        wait::within("a script in the window", wait::PATIENCE, self.client.execute_async(&script, Vec::new()))
            .await
    }

    async fn found(&self, what: &str, script: &str, argument: &str) -> Result<Element> {
        let found = wait::until(what, PROMPT, async || {
            let found = self.script(script, vec![json!(argument)]).await?;
            let id = found.as_object().and_then(|map| map.values().next()).and_then(Value::as_str);
            Ok(id.map(str::to_owned))
        })
        .await;
        match found {
            Ok(id) => Ok(Element::from_element_id(self.client.clone(), ElementRef::from(id))),
            Err(error) => bail!("{error:#}; the page: {}", self.words().await?),
        }
    }
}
