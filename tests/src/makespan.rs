//! How long a set of jobs takes on more cores than this machine has.

/// The time from the first job's start to the last one's end on `cores`, if a core that is free takes the longest job
/// that nobody has taken (list scheduling, longest first, as pcg does it).
///
/// # Panics
///
/// Panics if there are no cores.
pub fn longest_first(jobs: &[f64], cores: usize) -> f64 {
    let mut jobs = jobs.to_vec();
    jobs.sort_by(|one, other| other.total_cmp(one));
    let mut busy_until = vec![0.0_f64; cores];
    for job in jobs {
        let free = busy_until.iter_mut().min_by(|one, other| one.total_cmp(other)).expect("there is a core");
        *free += job;
    }
    busy_until.into_iter().fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::longest_first;

    #[test]
    fn one_core_does_all() {
        assert_eq!(longest_first(&[1.0, 2.0, 3.0], 1), 6.0);
    }

    #[test]
    fn the_longest_job_is_the_least_time() {
        assert_eq!(longest_first(&[1.0, 5.0, 1.0], 16), 5.0);
    }

    #[test]
    fn long_jobs_go_first() {
        // In the given order it would be 5: 1 and 1, then 1 and 4.
        assert_eq!(longest_first(&[1.0, 1.0, 1.0, 4.0], 2), 4.0);
    }
}
