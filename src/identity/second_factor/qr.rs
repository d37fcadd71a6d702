//! A QR code as the path of an SVG, drawn without styles.

use qrcode::{Color, QrCode};

use crate::error::{Error, Result};

/// The empty edge that readers of the code need, in squares.
const EDGE: usize = 4;

/// A picture of squares: its side, and the path of the dark ones.
#[derive(Debug, Clone)]
pub struct Qr {
    pub side: usize,
    pub path: String,
}

impl Qr {
    pub fn of(text: &str) -> Result<Self> {
        let code = QrCode::new(text).map_err(Error::internal)?;
        let width = code.width();
        let dark = code.to_colors().into_iter().enumerate().filter(|(_, color)| *color == Color::Dark);
        let path = dark
            .map(|(index, _)| format!("M{} {}h1v1h-1z", index % width + EDGE, index / width + EDGE))
            .collect();
        Ok(Self { side: width + 2 * EDGE, path })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_begins_with_the_corner_every_reader_looks_for() {
        let qr = Qr::of("otpauth://totp/naam?secret=GEZDGNBV").expect("a code");
        for x in 4..11 {
            assert!(qr.path.contains(&format!("M{x} 4h1v1h-1z")), "the upper edge of the corner");
        }
        assert!(!qr.path.contains("M11 4h"), "an empty square beside it");
        assert_eq!(qr.side % 4, (21 + 8) % 4, "the side of a code is 17 and a number of fours");
    }
}
