//! Sorts as JavaScript's engines do, also where a comparison contradicts itself.
//!
//! Rust's sort panics on such comparisons, and templates make them: `1 < "a"` and `1 > "a"` are both false.

use std::cmp::Ordering;

use super::error::Result;

/// So many items are sorted by insertion, as V8 does.
const RUN: usize = 32;

type Compare<'a, T> = dyn FnMut(&T, &T) -> Result<Ordering> + 'a;

/// The items in order; equal ones keep theirs.
pub(super) fn sorted<T: Clone>(items: Vec<T>, compare: &mut Compare<'_, T>) -> Result<Vec<T>> {
    if items.len() <= RUN {
        return insertion_sorted(items, compare);
    }
    let mut left = items;
    let right = left.split_off(left.len() / 2);
    let (left, right) = (sorted(left, compare)?, sorted(right, compare)?);
    merged(&left, &right, compare)
}

/// V8 starts with the run at the beginning, turned around if it falls, and inserts the others.
fn insertion_sorted<T: Clone>(mut items: Vec<T>, compare: &mut Compare<'_, T>) -> Result<Vec<T>> {
    if items.len() < 2 {
        return Ok(items);
    }
    let falls = compare(&items[1], &items[0])?.is_lt();
    let mut run = 2;
    while run < items.len() && compare(&items[run], &items[run - 1])?.is_lt() == falls {
        run += 1;
    }
    if falls {
        items[..run].reverse();
    }
    for next in run..items.len() {
        let (mut low, mut high) = (0, next);
        while low < high {
            let middle = low + (high - low) / 2;
            if compare(&items[next], &items[middle])?.is_lt() {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        items[low..=next].rotate_right(1);
    }
    Ok(items)
}

fn merged<T: Clone>(left: &[T], right: &[T], compare: &mut Compare<'_, T>) -> Result<Vec<T>> {
    let mut all = Vec::with_capacity(left.len() + right.len());
    let (mut i, mut j) = (0, 0);
    while i < left.len() && j < right.len() {
        if compare(&right[j], &left[i])?.is_lt() {
            all.push(right[j].clone());
            j += 1;
        } else {
            all.push(left[i].clone());
            i += 1;
        }
    }
    all.extend_from_slice(&left[i..]);
    all.extend_from_slice(&right[j..]);
    Ok(all)
}

#[cfg(test)]
mod tests {
    use std::cmp::Ordering;

    use super::sorted;

    #[test]
    fn long_lists_are_sorted_and_contradictions_end() {
        let numbers: Vec<u32> = (0..1000).map(|n| n * 7919 % 1000).collect();
        let by_tens = sorted(numbers, &mut |a, b| Ok((a / 10).cmp(&(b / 10)))).unwrap();
        assert!(by_tens.is_sorted_by_key(|n| n / 10));
        let all_less = sorted((0..1000).collect(), &mut |_, _| Ok(Ordering::Less)).unwrap();
        assert_eq!(all_less.len(), 1000);
    }
}
