//! The page on which a provider adds an offer, over HTTP.

use crate::on_both;
use crate::support::Form;

const PATH: &str = "/capaciteit/toevoegen";

on_both! {
    fn an_offer_is_added_once(server) {
        let visitor = server.visitor("aanbieder-de-haven");
        let mut form = Form::on(&visitor.get(PATH).body, PATH);
        form.set("product", "noord-veluwe:52A01");
        form.set("locatie", "2");
        let added = form.send(&visitor);
        assert_eq!(added.status, 303, "{}", added.body);
        assert_eq!(visitor.get(added.header("location").expect("an address")).status, 200);
        let again = form.send(&visitor);
        assert_eq!(again.status, 400, "{}", again.body);
        assert!(again.body.contains("Product: dit product staat al bij deze locatie"), "{}", again.body);
        assert_eq!(Form::on(&again.body, PATH).value("locatie"), "2");
    }
}

on_both! {
    fn what_cannot_be_added_is_told_at_its_field(server) {
        let visitor = server.visitor("aanbieder-de-haven");
        for (product, location, message) in [
            ("", "", "href=\"#product\">Product: vul dit in</a>"),
            ("", "", "href=\"#locatie\">Locatie: vul dit in</a>"),
            ("52A01", "1", "href=\"#product\">Product: kies een product uit de lijst</a>"),
            ("noord-veluwe:99Z99", "1", "href=\"#product\">Product: dit product bestaat niet; verbeter dit, of voeg het eerst toe</a>"),
            ("noord-veluwe:52A01", "99", "href=\"#locatie\">Locatie: deze locatie bestaat niet; verbeter dit, of voeg het eerst toe</a>"),
        ] {
            let mut form = Form::on(&visitor.get(PATH).body, PATH);
            form.set("product", product);
            form.set("locatie", location);
            let answer = form.send(&visitor);
            assert_eq!(answer.status, 400, "{}", answer.body);
            assert!(answer.body.contains(message), "{message} in {}", answer.body);
        }
    }
}
