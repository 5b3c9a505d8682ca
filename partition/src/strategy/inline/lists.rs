//! Many short lists in one piece of memory.

/// Lists with numbers from 0.
#[derive(Clone, Debug)]
pub(super) struct Lists<T> {
    all: Vec<T>,
    /// `all[first[i]..first[i + 1]]` is list `i`.
    first: Vec<u32>,
}

impl<T> Default for Lists<T> {
    fn default() -> Self {
        Self { all: Vec::new(), first: vec![0] }
    }
}

impl<T> Lists<T> {
    /// Adds the next list.
    pub(super) fn push(&mut self, list: impl IntoIterator<Item = T>) {
        self.all.extend(list);
        self.first.push(self.all.len() as u32);
    }

    /// One of the lists.
    pub(super) fn of(&self, number: usize) -> &[T] {
        &self.all[self.first[number] as usize..self.first[number + 1] as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::Lists;

    #[test]
    fn lists_are_what_was_added() {
        let mut lists = Lists::default();
        [vec![1, 2], vec![], vec![3]].into_iter().for_each(|list| lists.push(list));
        assert_eq!([0, 1, 2].map(|number| lists.of(number)), [&[1, 2][..], &[], &[3]]);
    }
}
