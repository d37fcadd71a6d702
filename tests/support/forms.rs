//! Forms of pages, filled in and sent as a browser does.

use super::client::{Answer, Browser};

/// A form as a page shows it: where it goes, and its fields with their values.
#[derive(Clone)]
pub struct Form {
    action: String,
    has_file: bool,
    fields: Vec<(String, String)>,
    /// The boxes that are not ticked, and so are not sent.
    unticked: Vec<String>,
}

impl Form {
    /// The form on this page that is sent to `action`.
    pub fn on(page: &str, action: &str) -> Self {
        let start = page
            .find(&format!("action=\"{action}\""))
            .unwrap_or_else(|| panic!("no form to {action}: {page}"));
        let form = page[start..].split("</form>").next().expect("its end");
        let has_file = form.split('>').next().is_some_and(|tag| tag.contains("multipart/form-data"));
        let (mut fields, mut unticked) = (Vec::new(), Vec::new());
        for (place, _) in form.match_indices('<') {
            let tag = &form[place + 1..place + form[place..].find('>').expect("the end of a tag")];
            let content = &form[place + tag.len() + 2..];
            let value = match tag.split(' ').next() {
                Some("input") if tag.contains("type=\"checkbox\"") && !tag.contains(" checked") => {
                    unticked.extend(attribute(tag, "name"));
                    continue;
                }
                Some("input") => attribute(tag, "value").unwrap_or_default(),
                Some("select") => chosen(content.split("</select>").next().expect("its end")),
                Some("textarea") => {
                    let text = content.split("</textarea>").next().expect("its end");
                    unescaped(text.strip_prefix('\n').unwrap_or(text))
                }
                _ => continue,
            };
            if let Some(name) = attribute(tag, "name").filter(|name| name != "csrf") {
                fields.push((name, value));
            }
        }
        Self { action: action.to_owned(), has_file, fields, unticked }
    }

    /// What stands in a field.
    pub fn value(&self, name: &str) -> &str {
        let field = self.fields.iter().find(|(known, _)| known == name);
        &field.unwrap_or_else(|| panic!("no field {name} in the form to {}", self.action)).1
    }

    /// The names of the fields that are sent.
    pub fn names(&self) -> Vec<String> {
        self.fields.iter().map(|(name, _)| name.clone()).collect()
    }

    /// Types something in a field, or ticks a box.
    pub fn set(&mut self, name: &str, value: &str) {
        if self.unticked.iter().any(|known| known == name) {
            return self.fields.push((name.to_owned(), value.to_owned()));
        }
        let action = &self.action;
        let field = self.fields.iter_mut().find(|(known, _)| known == name);
        value.clone_into(&mut field.unwrap_or_else(|| panic!("no field {name} in the form to {action}")).1);
    }

    /// The button with which the form is sent, instead of another.
    pub fn press(&mut self, name: &str, value: &str) {
        self.fields.retain(|(known, _)| known != name);
        self.fields.push((name.to_owned(), value.to_owned()));
    }

    pub fn send(&self, visitor: &Browser) -> Answer {
        if self.has_file {
            return visitor.post_file(&self.action, "proef.csv", self.value("bestand").as_bytes());
        }
        let fields: Vec<(&str, &str)> =
            self.fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        visitor.post_form(&self.action, &fields)
    }
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    tag.split(&format!(" {name}=\"")).nth(1)?.split('"').next().map(unescaped)
}

/// The value of the option that is chosen; without a choice the first, as a browser does.
fn chosen(options: &str) -> String {
    let tags: Vec<&str> = options.split("<option").skip(1).filter_map(|tag| tag.split('>').next()).collect();
    let tag = tags.iter().find(|tag| tag.contains(" selected")).or(tags.first());
    tag.and_then(|tag| attribute(tag, "value")).unwrap_or_default()
}

/// Text as it was before it was put in a page.
pub fn unescaped(text: &str) -> String {
    [("&#60;", "<"), ("&#62;", ">"), ("&#34;", "\""), ("&#39;", "'"), ("&#38;", "&")]
        .iter()
        .fold(text.to_owned(), |text, (written, meant)| text.replace(written, meant))
}
