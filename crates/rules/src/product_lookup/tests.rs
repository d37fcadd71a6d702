use std::sync::LazyLock;

use proptest::prelude::*;

use super::*;

fn product(code: &str, name: &str, rest: [&str; 3], synonyms: &[&str]) -> ProductText {
    let [segment, category, kind] = rest.map(str::to_owned);
    ProductText {
        code: code.to_owned(),
        name: name.to_owned(),
        segment,
        category,
        kind,
        synonyms: synonyms.iter().map(|&synonym| synonym.to_owned()).collect(),
    }
}

fn book() -> Vec<ProductText> {
    let specialist = "Hoog specialistisch";
    vec![
        product(
            "45A04",
            "Begeleiding individueel",
            ["Veel voorkomend", "Ambulant", "Ambulant"],
            &["hulp thuis", "coach"],
        ),
        product("45A05", "Begeleiding groep", ["Dagbesteding", "Ambulant", "Dag"], &["naschoolse opvang"]),
        product(
            "41A12",
            "Dagbehandeling jonge kind",
            ["Dagbehandeling", "Dagbehandeling", "Dag"],
            &["MKD", "peuters"],
        ),
        product(
            "54-001",
            "Diagnostiek",
            ["Veel voorkomend", "Jeugd-ggz", "Ambulant"],
            &["onderzoek", "autismetest"],
        ),
        product(
            "54-002",
            "Specialistische behandeling",
            [specialist, "Jeugd-ggz", "Ambulant"],
            &["therapie", "autisme"],
        ),
        product(
            "44A09",
            "Pleegzorg",
            ["Wonen", "Verblijf exclusief behandeling", "Verblijf"],
            &["pleeggezin"],
        ),
        product("44A11", "Gezinshuis", ["Wonen", "Verblijf exclusief behandeling", "Verblijf"], &["gezin"]),
        product(
            "43A01",
            "Driemilieuvoorziening",
            [specialist, "Verblijf inclusief behandeling", "Verblijf"],
            &["JeugdzorgPlus"],
        ),
        product(
            "44A22",
            "Logeren",
            ["Wonen", "Verblijf exclusief behandeling", "Respijt"],
            &["weekendopvang", "kortdurend verblijf"],
        ),
        product("46A03", "Crisishulp ambulant", ["Crisis", "Crisis", "Crisis"], &["spoed"]),
        product("ED1", "Ernstige dyslexie", ["Veel voorkomend", "Ambulant", "Ambulant"], &["lezen"]),
        product(
            "47A02",
            "Coaching naar zelfstandigheid",
            ["Veel voorkomend", "Ambulant", "Ambulant"],
            &["begeleid wonen"],
        ),
    ]
}

/// Prepared once: the properties search hundreds of times.
static LOOKUP: LazyLock<(Vec<String>, ProductLookup)> = LazyLock::new(|| {
    let names = book().into_iter().map(|product| product.name).collect();
    (names, ProductLookup::build(book()))
});

/// The names of what is found, best first.
fn found(query: &str) -> Vec<String> {
    let (names, lookup) = &*LOOKUP;
    let hits = lookup.find(query).into_iter();
    hits.map(|hit| names[hit.index].clone()).collect()
}

fn first(query: &str) -> String {
    found(query).into_iter().next().unwrap_or_default()
}

#[test]
fn finds_the_best_product_first() {
    for (query, expected) in [
        ("pleegzorg", "Pleegzorg"),
        ("PLEEGZORG!", "Pleegzorg"),
        ("begeleiding groep", "Begeleiding groep"),
        ("groep begeleiding", "Begeleiding groep"),
        ("begeleiding in een groep", "Begeleiding groep"),
        ("dyslexië", "Ernstige dyslexie"),
        ("dyslexie\u{308}", "Ernstige dyslexie"),
        ("hulp thuis", "Begeleiding individueel"),
        ("mkd", "Dagbehandeling jonge kind"),
        ("dag behandeling", "Dagbehandeling jonge kind"),
        ("spoed", "Crisishulp ambulant"),
        ("weekend", "Logeren"),
    ] {
        assert_eq!(first(query), expected, "{query}");
    }
}

#[test]
fn an_exact_code_wins_alone() {
    for query in ["45A04", "45a04", " 45A04 ", "45-a04"] {
        assert_eq!(found(query), ["Begeleiding individueel"], "{query}");
    }
    assert_eq!(found("54001"), ["Diagnostiek"]);
    assert_eq!(found("45A"), ["Begeleiding individueel", "Begeleiding groep"]);
    assert!(found("45A99").is_empty());
}

#[test]
fn every_word_must_fit() {
    assert_eq!(found("begeleiding individueel").len(), 1);
    assert_eq!(found("ambulant onderzoek"), ["Diagnostiek"]);
}

#[test]
fn the_most_words_count_when_no_product_fits_them_all() {
    assert_eq!(found("pleegzorg olifanten"), ["Pleegzorg"]);
    assert_eq!(found("begeleiding groep olifanten"), ["Begeleiding groep"]);
    assert!(found("olifanten giraffen").is_empty());
}

#[test]
fn typing_errors_are_forgiven_by_length() {
    for (query, expected) in [
        ("peegzorg", "Pleegzorg"),
        ("pleegzrog", "Pleegzorg"),
        ("diagnsotiek", "Diagnostiek"),
        ("diagnostik", "Diagnostiek"),
        ("dyslectie", "Ernstige dyslexie"),
        ("spoet", "Crisishulp ambulant"),
        ("logern", "Logeren"),
    ] {
        assert_eq!(first(query), expected, "{query}");
    }
    for query in ["mkt", "logxrxn", "dxagnxstxek", "45A94", "54002x"] {
        assert!(found(query).is_empty(), "{query}: {:?}", found(query));
    }
}

#[test]
fn the_name_weighs_more_than_a_synonym_and_that_more_than_the_rest() {
    assert_eq!(found("verblijf").first().map(String::as_str), Some("Logeren"));
    assert_eq!(found("crisis").first().map(String::as_str), Some("Crisishulp ambulant"));
    let lookup = ProductLookup::build(vec![
        product("P1", "Een", ["Wonen", "", ""], &[]),
        product("P2", "Twee", ["", "", ""], &["wonen"]),
        product("P3", "Wonen", ["", "", ""], &[]),
    ]);
    let order: Vec<usize> = lookup.find("wonen").into_iter().map(|hit| hit.index).collect();
    assert_eq!(order, [2, 1, 0]);
}

#[test]
fn an_exact_word_weighs_more_than_a_part_and_that_more_than_an_error() {
    let names = ["Autisne", "Hoogautisme", "Autismecentrum", "Autisme"];
    let texts =
        names.iter().enumerate().map(|(i, name)| product(&format!("P{i}"), name, [""; 3], &[])).collect();
    let order: Vec<usize> =
        ProductLookup::build(texts).find("autisme").into_iter().map(|hit| hit.index).collect();
    assert_eq!(order, [3, 2, 1, 0]);
}

#[test]
fn equal_products_keep_their_order_and_shorter_names_come_first() {
    let names = ["Ambulant plus", "Ambulant", "Ambulant extra"];
    let texts =
        names.iter().enumerate().map(|(i, name)| product(&format!("P{i}"), name, [""; 3], &[])).collect();
    let order: Vec<usize> =
        ProductLookup::build(texts).find("ambulant").into_iter().map(|hit| hit.index).collect();
    assert_eq!(order, [1, 0, 2]);
}

#[test]
fn nothing_asked_is_nothing_found() {
    for query in ["", "   ", "?!", "de van het", "\u{301}"] {
        assert!(found(query).is_empty(), "{query:?}");
    }
    assert!(ProductLookup::default().find("pleegzorg").is_empty());
    assert!(ProductLookup::build(vec![ProductText::default()]).find("").is_empty());
}

#[test]
fn a_long_query_is_cut() {
    let padding = " ".repeat(LONGEST_QUERY);
    assert!(found(&format!("{padding}pleegzorg")).is_empty());
    assert_eq!(found(&format!("pleegzorg{padding}olifanten")), ["Pleegzorg"]);
}

/// A typing error of one of the four kinds.
fn with_typo(word: &str, kind: u8, place: usize, letter: char) -> String {
    let mut letters: Vec<char> = word.chars().collect();
    let place = place % (letters.len() - 1);
    match kind {
        0 => drop(letters.remove(place)),
        1 => letters.insert(place, letter),
        2 => letters[place] = letter,
        _ => letters.swap(place, place + 1),
    }
    letters.into_iter().collect()
}

proptest! {
    #[test]
    fn a_product_is_found_by_its_own_name(index in 0_usize..12) {
        let name = &LOOKUP.0[index];
        prop_assert_eq!(&first(name), name);
    }

    #[test]
    fn a_product_is_found_in_spite_of_a_typing_error(
        index in 0_usize..12, kind in 0_u8..4, place in 0_usize..50, letter in proptest::char::range('a', 'z')
    ) {
        let name = &LOOKUP.0[index];
        let longest = name.split(' ').max_by_key(|word| word.len()).unwrap_or_default();
        let query = name.replace(longest, &with_typo(longest, kind, place, letter));
        prop_assert_eq!(&first(&query), name, "{}", query);
    }

    #[test]
    fn finding_anything_is_safe_and_repeatable(query in "\\PC{0,60}") {
        let lookup = &LOOKUP.1;
        let hits = lookup.find(&query);
        prop_assert!(hits.iter().all(|hit| hit.index < 12 && hit.score > 0));
        prop_assert!(hits.is_sorted_by_key(|hit| std::cmp::Reverse(hit.score)));
        prop_assert_eq!(lookup.find(&query), hits);
    }
}
