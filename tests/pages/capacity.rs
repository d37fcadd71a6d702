//! The capacity page over HTTP: saving together, errors at their field, two people at once.

use crate::on_both;
use crate::support::Browser;

const FORM: &str = "/capaciteit";

/// The value of an input on a page, by its name.
fn value(page: &str, name: &str) -> String {
    let place = page.find(&format!("name=\"{name}\"")).unwrap_or_else(|| panic!("no field {name}"));
    let start = page[..place].rfind('<').expect("a tag");
    let tag = &page[start..start + page[start..].find('>').expect("its end")];
    tag.split("value=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default().to_owned()
}

/// Every field of the form as the page shows it, as a browser would send it.
fn fields(page: &str) -> Vec<(String, String)> {
    let form = page.split("data-capaciteit").nth(1).expect("the form");
    let form = form.split("</form>").next().expect("its end");
    let mut fields = Vec::new();
    for tag in form.split('<').filter(|tag| tag.starts_with("input ")) {
        let attribute =
            |name: &str| tag.split(&format!(" {name}=\"")).nth(1).and_then(|rest| rest.split('"').next());
        let Some(name) = attribute("name").filter(|name| *name != "csrf") else { continue };
        if tag.contains("type=\"checkbox\"") && !tag.contains(" checked") {
            continue;
        }
        fields.push((name.to_owned(), attribute("value").unwrap_or_default().to_owned()));
    }
    for select in form.split("<select ").skip(1) {
        let select = select.split("</select>").next().expect("its end");
        let name = select.split("name=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a name");
        let chosen = select
            .split("<option ")
            .find(|option| option.contains(" selected"))
            .or_else(|| select.split("<option ").nth(1))
            .expect("an option");
        let value =
            chosen.split("value=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default();
        fields.push((name.to_owned(), value.to_owned()));
    }
    for area in form.split("<textarea ").skip(1) {
        let name = area.split("name=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a name");
        let text = area.split_once('>').expect("its text").1.split("</textarea>").next().unwrap_or_default();
        fields.push((name.to_owned(), text.trim().replace("&#38;", "&").clone()));
    }
    fields
}

fn send(visitor: &Browser, fields: &[(String, String)]) -> crate::support::Answer {
    let pairs: Vec<(&str, &str)> =
        fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    visitor.post_form(FORM, &pairs)
}

fn set(fields: &mut [(String, String)], name: &str, value: &str) {
    let field = fields.iter_mut().find(|(known, _)| known == name);
    value.clone_into(&mut field.unwrap_or_else(|| panic!("no field {name}")).1);
}

on_both! {
    fn figures_are_saved_together_and_found_at_once(server) {
        let visitor = server.visitor("aanbieder-de-haven");
        let page = visitor.get(FORM).body;
        let mut form = fields(&page);
        set(&mut form, "vrij-223", "8");
        set(&mut form, "intake-223", ">26");
        let answer = send(&visitor, &form);
        assert_eq!(answer.status, 303, "{}", answer.body);
        let shown = visitor.get(answer.header("location").expect("an address")).body;
        assert!(shown.contains("role=\"status\""), "it says what was saved");
        assert_eq!((value(&shown, "vrij-223"), value(&shown, "intake-223").replace("&#62;", ">")), ("8".into(), ">26".into()));
        let offer = server.anyone().get("/v1/aanbod/223").json();
        assert_eq!((offer["plekkenVrij"].as_u64(), offer["aanmeldwachttijd"]["minWeken"].as_u64()), (Some(8), Some(26)));
    }
}

on_both! {
    fn every_mistake_stands_at_its_field_and_what_was_typed_stays(server) {
        let visitor = server.visitor("aanbieder-de-haven");
        let mut form = fields(&visitor.get(FORM).body);
        set(&mut form, "vrij-223", "vier");
        set(&mut form, "intake-223", "8-6");
        let answer = send(&visitor, &form);
        assert_eq!(answer.status, 400);
        for part in ["<title>Fout: ", "data-foutsamenvatting", "href=\"#vrij-223\"", "href=\"#intake-223\"", "value=\"vier\"", "value=\"8-6\""] {
            assert!(answer.body.contains(part), "{part}");
        }
        assert_eq!(server.anyone().get("/v1/aanbod/223").json()["plekkenVrij"], 3, "nothing was saved");
    }
}

on_both! {
    fn the_second_of_two_people_is_shown_both(server) {
        let visitor = server.visitor("aanbieder-de-haven");
        let (mut first, mut second) = (fields(&visitor.get(FORM).body), fields(&visitor.get(FORM).body));
        set(&mut first, "vrij-223", "6");
        set(&mut second, "vrij-223", "1");
        assert_eq!(send(&visitor, &first).status, 303);
        let answer = send(&visitor, &second);
        assert_eq!(answer.status, 409, "{}", answer.body);
        assert!(answer.body.contains("botsing") && answer.body.to_lowercase().contains("nu opgeslagen"));
        assert_eq!(value(&answer.body, "vrij-223"), "1", "what was typed stays");
        assert_eq!(server.anyone().get("/v1/aanbod/223").json()["plekkenVrij"], 6, "nothing was overwritten");
        let again = send(&visitor, &fields(&answer.body));
        assert_eq!(again.status, 303, "saving again is a choice: {}", again.body);
        assert_eq!(server.anyone().get("/v1/aanbod/223").json()["plekkenVrij"], 1);
    }
}

on_both! {
    fn one_click_confirms_everything(server) {
        let visitor = server.visitor("aanbieder-de-haven");
        let before = server.audit_lines();
        assert_eq!(visitor.post_form("/capaciteit/bevestigen", &[]).status, 303);
        assert_eq!(server.anyone().get("/v1/aanbod/223").json()["bevestigdOp"], "2026-11-21T09:00:00Z");
        assert!(server.audit_lines() > before);
    }
}
