//! The files of the demonstration region, to take texts and figures from.

use std::collections::HashMap;

use super::super::Outcome;

/// A line of a file, by the names of its columns.
#[derive(Debug, Clone)]
pub struct Record(HashMap<String, String>);

impl Record {
    /// Empty when the file has no such column.
    pub fn get(&self, column: &str) -> &str {
        self.0.get(column).map_or("", String::as_str)
    }

    pub fn number(&self, column: &str) -> i64 {
        self.get(column).parse().unwrap_or(0)
    }
}

pub struct Templates {
    /// By province, so that neighbours in the list lie near each other.
    pub municipalities: Vec<Record>,
    pub postcodes: Vec<Record>,
    pub segments: Vec<Record>,
    pub products: Vec<Record>,
    pub providers: Vec<Record>,
    pub offers: Vec<Record>,
}

impl Templates {
    pub fn read() -> Outcome<Self> {
        let mut municipalities = read("gemeenten.csv")?;
        municipalities
            .sort_by_key(|record| (record.get("provincie").to_owned(), record.get("lat").to_owned()));
        Ok(Self {
            municipalities,
            postcodes: read("postcodes.csv")?,
            segments: read("noord-veluwe/segmenten.csv")?,
            products: read("noord-veluwe/producten.csv")?,
            providers: read("noord-veluwe/aanbieders.csv")?,
            offers: read("noord-veluwe/aanbod.csv")?,
        })
    }

    /// The place in the list of the product with this code.
    pub fn product(&self, code: &str) -> Outcome<usize> {
        let place = self.products.iter().position(|product| product.get("code") == code);
        place.ok_or_else(|| format!("no product {code}").into())
    }
}

fn read(file: &str) -> Outcome<Vec<Record>> {
    let path = format!("{}/seed/{file}", env!("CARGO_MANIFEST_DIR"));
    let mut reader = csv::Reader::from_path(&path).map_err(|error| format!("{path}: {error}"))?;
    reader.deserialize().map(|record| Ok(Record(record?))).collect()
}
