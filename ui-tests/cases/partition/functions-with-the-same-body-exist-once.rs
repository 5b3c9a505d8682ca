//! Functions that differ in nothing but their types' names have one body, which both callers use.
//@ compile-flags: -Copt-level=3
//@ units: 2
//@ filecheck: units
//@ filecheck: nm
//@ filecheck: report

// UNITS: define {{.*}}{{sum_of_feet|sum_of_metres}}
// UNITS-NOT: define {{.*}}{{sum_of_feet|sum_of_metres}}

// NM: t {{.*}}{{sum_of_feet|sum_of_metres}}
// NM-NOT: {{sum_of_feet|sum_of_metres}}

// REPORT: "items_replaced": {{[1-9]}}

pub struct Feet(u32);
pub struct Metres(u32);

#[inline(never)]
fn sum_of_feet(values: &[Feet]) -> u32 {
    let mut sum = 0;
    for value in values {
        sum = (sum ^ value.0) << 1;
    }
    sum
}

#[inline(never)]
fn sum_of_metres(values: &[Metres]) -> u32 {
    let mut sum = 0;
    for value in values {
        sum = (sum ^ value.0) << 1;
    }
    sum
}

#[unsafe(no_mangle)]
pub fn feet(values: &[Feet], more: &[Feet]) -> u32 {
    sum_of_feet(values) ^ sum_of_feet(more)
}

#[unsafe(no_mangle)]
pub fn metres(values: &[Metres], more: &[Metres]) -> u32 {
    sum_of_metres(values) ^ sum_of_metres(more)
}
