//! Random numbers that are whole numbers only, so that a world is the same on every machine. Every record has its own
//! dice, thrown from the world's seed, what the record is, and its index.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

/// What the dice are thrown for; a new kind of record gets a number of its own.
#[derive(Clone, Copy, Debug)]
pub enum For {
    /// A member.
    Member = 1,
    /// A unit.
    Unit = 2,
    /// When and for whom an office takes claims.
    Office = 3,
    /// What one claim holds.
    Claim = 4,
}

/// Dice of one record.
pub struct Dice(ChaCha8Rng);

impl Dice {
    /// The dice of the record `index` of a kind.
    pub fn new(seed: u64, what: For, index: u64) -> Dice {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        key[8] = what as u8;
        key[16..24].copy_from_slice(&index.to_le_bytes());
        Dice(ChaCha8Rng::from_seed(key))
    }

    /// 0 to `n` - 1; 0 for 0.
    pub fn below(&mut self, n: u64) -> u64 {
        ((u128::from(self.0.next_u64()) * u128::from(n)) >> 64) as u64
    }

    /// `from` to `to`, both included.
    pub fn between(&mut self, from: i64, to: i64) -> i64 {
        from + self.below((to - from + 1).max(1) as u64) as i64
    }

    /// True in so many of a hundred.
    pub fn percent(&mut self, n: u64) -> bool {
        self.below(100) < n
    }

    /// One of a list.
    pub fn pick<'a, T>(&mut self, list: &'a [T]) -> Option<&'a T> {
        list.get(self.below(list.len() as u64) as usize)
    }

    /// An index into a list of rising sums of weights.
    pub fn weighted(&mut self, sums: &[u64]) -> usize {
        let at = self.below(sums.last().copied().unwrap_or(0));
        sums.partition_point(|sum| *sum <= at)
    }

    /// `median` times a log-normal factor (σ about 0.9): a product of many small factors.
    pub fn log_normal(&mut self, median: i64) -> i64 {
        let throws = self.0.next_u64();
        let grown =
            (0..16).fold(
                i128::from(median) * 1000,
                |value, bit| {
                    if throws >> bit & 1 == 1 { value * 5 / 4 } else { value * 4 / 5 }
                },
            );
        (grown * i128::from(self.between(850, 1150)) / 1_000_000) as i64
    }

    /// So many bytes, for an id or a salt.
    pub fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        self.0.fill_bytes(&mut bytes);
        bytes
    }
}

/// Rising sums of weights.
pub fn sums(weights: impl Iterator<Item = u64>) -> Vec<u64> {
    weights
        .scan(0, |sum, weight| {
            *sum += weight;
            Some(*sum)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_record_has_the_same_dice() {
        let thrown = |index| Dice::new(7, For::Member, index).below(1_000_000);
        assert_eq!(thrown(3), thrown(3));
        assert_ne!(thrown(3), thrown(4));
        assert_ne!(Dice::new(7, For::Unit, 3).below(1 << 60), Dice::new(7, For::Claim, 3).below(1 << 60));
    }

    #[test]
    fn amounts_lie_about_their_median_and_are_skewed() {
        let mut dice = Dice::new(1, For::Claim, 0);
        let mut amounts: Vec<i64> = (0..10_001).map(|_| dice.log_normal(1_000_000)).collect();
        amounts.sort_unstable();
        let mean = amounts.iter().sum::<i64>() / 10_001;
        assert!((900_000..1_100_000).contains(&amounts[5_000]), "{}", amounts[5_000]);
        assert!(mean > 1_300_000 && mean < 1_700_000, "{mean}");
    }

    #[test]
    fn weights_are_kept() {
        let sums = sums([1, 0, 3].into_iter());
        let mut dice = Dice::new(1, For::Unit, 0);
        let mut counts = [0; 3];
        for _ in 0..4_000 {
            counts[dice.weighted(&sums)] += 1;
        }
        assert_eq!(counts[1], 0);
        assert!((2_800..3_200).contains(&counts[2]), "{counts:?}");
        assert_eq!(dice.pick::<u8>(&[]), None);
    }
}
