//! Which compression a browser takes (RFC 9110 12.5.3). Pure.

/// How a file's bytes are coded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    Brotli,
    Gzip,
    Identity,
}

impl Encoding {
    /// The name in `Content-Encoding`; `None` for plain bytes.
    pub(crate) fn name(self) -> Option<&'static str> {
        match self {
            Self::Brotli => Some("br"),
            Self::Gzip => Some("gzip"),
            Self::Identity => None,
        }
    }
}

/// The best of what `accepted` (the value of `Accept-Encoding`) allows, best first, plain bytes always last.
pub(crate) fn by_preference(accepted: &str) -> impl Iterator<Item = Encoding> + use<> {
    let quality = |name: &str| {
        let of = |wanted: &str| accepted.split(',').find_map(|part| quality_of(part, wanted));
        of(name).or_else(|| of("*")).unwrap_or(0.0)
    };
    let (brotli, gzip) = (quality("br"), quality("gzip"));
    let mut order = [(Encoding::Brotli, brotli), (Encoding::Gzip, gzip)];
    // At equal wish the smaller one.
    if gzip > brotli {
        order.swap(0, 1);
    }
    let wanted = order.into_iter().filter(|(_, quality)| *quality > 0.0).map(|(encoding, _)| encoding);
    wanted.chain([Encoding::Identity])
}

fn quality_of(part: &str, wanted: &str) -> Option<f32> {
    let mut fields = part.split(';');
    if !fields.next()?.trim().eq_ignore_ascii_case(wanted) {
        return None;
    }
    let quality = fields.find_map(|field| field.trim().strip_prefix("q=").map(str::trim));
    Some(quality.map_or(1.0, |text| text.parse().unwrap_or(0.0)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use Encoding::{Brotli, Gzip, Identity};

    #[test]
    fn takes_the_best_that_the_browser_allows() {
        let cases: [(&str, &[Encoding]); 8] = [
            ("gzip, deflate, br, zstd", &[Brotli, Gzip, Identity]),
            ("gzip", &[Gzip, Identity]),
            ("", &[Identity]),
            ("br;q=0, gzip;q=0.5", &[Gzip, Identity]),
            ("gzip;q=1.0, br;q=0.2", &[Gzip, Brotli, Identity]),
            ("*", &[Brotli, Gzip, Identity]),
            ("GZIP ; q=0.1", &[Gzip, Identity]),
            ("br;q=x", &[Identity]),
        ];
        for (accepted, wanted) in cases {
            assert_eq!(by_preference(accepted).collect::<Vec<_>>(), wanted, "{accepted}");
        }
    }
}
