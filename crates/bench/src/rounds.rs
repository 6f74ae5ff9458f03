//! Both sides in turns, and the medians of what came out: single figures of a shared machine say little.

/// Medians over all rounds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Compared {
    /// Convoke's figure.
    pub ours: f64,
    /// The peer's.
    pub peer: f64,
    /// The median of the ratios of each round, which is not the ratio of the medians.
    pub ratio: f64,
    /// The smallest ratio of a round.
    pub least: f64,
    /// The largest ratio of a round.
    pub most: f64,
}

impl Compared {
    /// Compares one figure of each round's pair (ours, peer).
    pub fn of<O, P>(rounds: &[(O, P)], ours: impl Fn(&O) -> f64, peer: impl Fn(&P) -> f64) -> Self {
        let pairs: Vec<(f64, f64)> = rounds.iter().map(|(o, p)| (ours(o), peer(p))).collect();
        let ratios: Vec<f64> = pairs.iter().map(|(ours, peer)| ours / peer).collect();
        Self {
            ours: median(pairs.iter().map(|pair| pair.0)),
            peer: median(pairs.iter().map(|pair| pair.1)),
            ratio: median(ratios.iter().copied()),
            least: ratios.iter().copied().fold(f64::INFINITY, f64::min),
            most: ratios.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        }
    }
}

/// Runs both sides so many times in turns; each begins every other round. The first error ends it.
pub async fn in_turns<O, P>(
    rounds: usize,
    mut ours: impl AsyncFnMut() -> anyhow::Result<O>,
    mut peer: impl AsyncFnMut() -> anyhow::Result<P>,
) -> anyhow::Result<Vec<(O, P)>> {
    let mut pairs = Vec::with_capacity(rounds);
    for round in 0..rounds {
        let pair = if round % 2 == 0 {
            let ours = ours().await?;
            (ours, peer().await?)
        } else {
            let peer = peer().await?;
            (ours().await?, peer)
        };
        pairs.push(pair);
    }
    Ok(pairs)
}

/// The middle value; of an even number of values the mean of the two middle ones; NaN of none.
pub fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => f64::NAN,
        count if count % 2 == 1 => values[middle],
        _ => f64::midpoint(values[middle - 1], values[middle]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ratio_is_the_median_of_the_rounds_ratios() {
        let rounds = [(10.0, 5.0), (30.0, 10.0), (40.0, 40.0)];
        let compared = Compared::of(&rounds, |ours| *ours, |peer| *peer);
        assert_eq!(compared, Compared { ours: 30.0, peer: 10.0, ratio: 2.0, least: 1.0, most: 3.0 });
        assert_eq!(median([4.0, 1.0, 3.0, 2.0]), 2.5);
    }

    #[tokio::test]
    async fn each_side_begins_every_other_round() {
        let order = std::cell::RefCell::new(String::new());
        let side = async |name| {
            order.borrow_mut().push(name);
            anyhow::Ok(())
        };
        in_turns(3, async || side('o').await, async || side('p').await).await.unwrap();
        assert_eq!(order.into_inner(), "oppoop");
    }
}
