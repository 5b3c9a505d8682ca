//! What the back end does next: whose turn it is to be optimised, and whose to be emitted.
//!
//! Units are optimised in their order, the heaviest first. Code generation is put off as long as another unit can be
//! optimised and no more units lie about than there are workers: it takes half as long, so at the end there is something
//! small for every worker that has nothing to do. (How long a unit takes is forecast to some 20 %. With four units on
//! two cores, the cores have nothing to do in 8 % of the time if units are compiled in one go, and in 3 % this way.)

use std::collections::VecDeque;

/// Tasks that nobody has begun: `W` waits to be optimised, `O` is optimised.
#[derive(Debug)]
pub struct Queue<W, O> {
    waiting: VecDeque<W>,
    /// Optimised units with their sizes.
    optimised: Vec<(u64, O)>,
}

/// What one worker does in one go.
#[derive(Debug, PartialEq, Eq)]
pub enum Task<W, O> {
    /// The unit is optimised.
    Optimise(W),
    /// Machine code is generated of it.
    Emit {
        /// An optimised unit.
        unit: O,
        /// Nobody waits to be optimised.
        is_last: bool,
    },
}

impl<W, O> Queue<W, O> {
    /// Units in the order in which they are to be optimised.
    pub fn new(units: impl IntoIterator<Item = W>) -> Self {
        Self { waiting: units.into_iter().collect(), optimised: Vec::new() }
    }

    /// How many tasks could be begun now.
    pub fn ready(&self) -> usize {
        self.waiting.len() + self.optimised.len()
    }

    /// Adds a unit that has been optimised to `size` instructions.
    pub fn optimised(&mut self, size: u64, unit: O) {
        self.optimised.push((size, unit));
    }

    /// The next task for one of so many workers.
    pub fn next(&mut self, workers: usize) -> Option<Task<W, O>> {
        // Waiting costs memory, and one who works alone gains nothing by it.
        let most = if workers > 1 { workers } else { 0 };
        if self.optimised.len() <= most
            && let Some(unit) = self.waiting.pop_front()
        {
            return Some(Task::Optimise(unit));
        }
        let largest = (0..self.optimised.len()).max_by_key(|index| self.optimised[*index].0)?;
        let (_, unit) = self.optimised.swap_remove(largest);
        Some(Task::Emit { unit, is_last: self.waiting.is_empty() })
    }
}

#[cfg(test)]
mod tests {
    use super::{Queue, Task};

    /// What is done if each task ends before the next one begins.
    fn order(units: u64, workers: usize) -> Vec<Task<u64, u64>> {
        let mut queue = Queue::new(0..units);
        let mut done = Vec::new();
        while let Some(task) = queue.next(workers) {
            if let Task::Optimise(unit) = &task {
                queue.optimised(100 + *unit, *unit);
            }
            done.push(task);
        }
        done
    }

    #[test]
    fn one_worker_finishes_what_it_begins() {
        let emit = |unit, is_last| Task::Emit { unit, is_last };
        assert_eq!(order(2, 1), [Task::Optimise(0), emit(0, false), Task::Optimise(1), emit(1, true)]);
    }

    #[test]
    fn several_workers_put_code_generation_off_and_then_begin_with_the_largest() {
        let emitted = |unit| Task::Emit { unit, is_last: true };
        let first = [0, 1, 2, 3].map(Task::Optimise);
        let last = [3, 2, 1, 0].map(emitted);
        assert_eq!(order(4, 8), first.into_iter().chain(last).collect::<Vec<_>>());
    }

    #[test]
    fn few_units_lie_about() {
        let mut most = 0;
        let mut about = 0;
        for task in order(100, 4) {
            match task {
                Task::Optimise(_) => about += 1,
                Task::Emit { .. } => about -= 1,
            }
            most = most.max(about);
        }
        assert_eq!(most, 5);
    }
}
