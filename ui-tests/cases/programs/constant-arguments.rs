//! Functions get the arguments that their callers pass, whether all pass the same one or not.
//@ compile-flags: -Copt-level=3
//@ crate-type: bin
//@ units: 8
//@ pcg-flags: --pcg-strategy=size
//@ run

use std::hint::black_box;

trait Shape {
    fn area(&self) -> u64;
    fn grow(&mut self, by: u64);
}

struct Square(u64);
struct Strip(u32);

impl Shape for Square {
    fn area(&self) -> u64 {
        self.0 * self.0
    }
    fn grow(&mut self, by: u64) {
        self.0 += by;
    }
}

impl Shape for Strip {
    fn area(&self) -> u64 {
        u64::from(self.0) * 3
    }
    fn grow(&mut self, by: u64) {
        self.0 ^= by as u32;
    }
}

/// Given squares only, also by itself.
#[inline(never)]
fn squares_only(shape: &mut dyn Shape, depth: u32, text: &str) -> u64 {
    shape.grow(u64::from(depth));
    let more = if depth > 0 { squares_only(shape, depth - 1, text) } else { 0 };
    shape.area() + more + text.len() as u64
}

/// Given both.
#[inline(never)]
fn any_shape(shape: &mut dyn Shape, by: u64) -> u64 {
    shape.grow(by);
    shape.area()
}

/// Given one function directly, and another one through a pointer.
#[inline(never)]
fn apply(function: fn(u64) -> u64, x: u64) -> u64 {
    function(x) ^ x
}

fn double(x: u64) -> u64 {
    x * 2
}

fn triple(x: u64) -> u64 {
    x * 3
}

/// The same body twice, with different constants for each.
#[inline(never)]
fn scaled_metres(values: &[u32], scale: u32, name: &str) -> String {
    let mut sum = 0u32;
    for value in values {
        sum = sum.wrapping_mul(scale) ^ value;
    }
    format!("{sum} {name}")
}

#[inline(never)]
fn scaled_feet(values: &[i32], scale: i32, name: &str) -> String {
    let mut sum = 0i32;
    for value in values {
        sum = sum.wrapping_mul(scale) ^ value;
    }
    format!("{sum} {name}")
}

/// Always the same float, integer and option.
#[inline(never)]
fn numbers(x: f64, half: f64, flag: bool, wide: u128, none: Option<&u64>) -> f64 {
    let base = if flag { x * half } else { x };
    base + wide as f64 + none.map_or(0.25, |n| *n as f64)
}

macro_rules! callers {
    ($($name:ident $number:literal)*) => {
        $(
            #[inline(never)]
            fn $name(x: u64) -> u64 {
                let mut square = Square(x + $number);
                let mut strip = Strip(x as u32);
                let text = black_box(x).to_string();
                let metres = scaled_metres(&[1, 2, x as u32], 31, "m");
                let feet = scaled_feet(&[1, 2, x as i32], 33, "ft");
                println!("{metres} {feet} {}", numbers(x as f64, 0.5, true, 7, None));
                let indirect: fn(u64) -> u64 = black_box(triple);
                squares_only(&mut square, 3, "always the same")
                    ^ any_shape(&mut square, $number)
                    ^ any_shape(&mut strip, 5)
                    ^ apply(double, x)
                    ^ apply(indirect, x + text.len() as u64)
            }
        )*
    };
}

callers! { one 1 two 2 three 3 four 4 five 5 six 6 }

fn main() {
    let shapes: Vec<fn(u64) -> u64> = vec![one, two, three, four, five, six];
    for (x, shape) in (10..).zip(shapes) {
        println!("{}", shape(black_box(x)));
    }
}
