//! Small sets of small numbers as bits, in order and without memory of their own.

/// Numbers 1 to 63 and -1 to -63.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(crate) struct SignedSet {
    /// Bit n for n.
    pub(crate) positive: u64,
    /// Bit n for -n.
    pub(crate) negative: u64,
}

impl SignedSet {
    pub(crate) fn is_empty(self) -> bool {
        self.positive == 0 && self.negative == 0
    }

    /// Adds a number from -63 to 63 that is not 0.
    pub(crate) fn insert(&mut self, value: i16) {
        let bit = 1u64 << (value.unsigned_abs() & 63);
        if value < 0 {
            self.negative |= bit;
        } else {
            self.positive |= bit;
        }
    }

    /// The set of one number.
    pub(crate) fn only(value: u8) -> Self {
        let mut set = Self::default();
        set.insert(i16::from(value));
        set
    }

    /// Positive numbers upwards, then negative ones from -1 on.
    pub(crate) fn values(self) -> impl Iterator<Item = i8> + use<> {
        bits(self.positive).map(|n| n as i8).chain(bits(self.negative).map(|n| -(n as i8)))
    }
}

/// The places of the bits that are set, upwards.
pub(crate) fn bits(mut mask: u64) -> impl Iterator<Item = u8> + use<> {
    std::iter::from_fn(move || {
        if mask == 0 {
            return None;
        }
        let place = mask.trailing_zeros() as u8;
        mask &= mask - 1;
        Some(place)
    })
}
