//! Colour maps of weights, as tables.
//!
//! White is kept for pruned weights: no living weight has it, however small it is.

/// The colour of a pruned weight, RGBA.
pub const PRUNED: [u8; 4] = [255, 255, 255, 255];

/// The colour of a weight that is not a number.
pub const NOT_A_NUMBER: [u8; 4] = [0, 0, 0, 255];

/// Table entries on each side of zero.
pub(super) const LEVELS: usize = 256;

/// RdBu with 11 classes (ColorBrewer 2.0), from its blue end.
const RED_BLUE: [[u8; 3]; 11] = [
    [0x05, 0x30, 0x61],
    [0x21, 0x66, 0xac],
    [0x43, 0x93, 0xc3],
    [0x92, 0xc5, 0xde],
    [0xd1, 0xe5, 0xf0],
    [0xf7, 0xf7, 0xf7],
    [0xfd, 0xdb, 0xc7],
    [0xf4, 0xa5, 0x82],
    [0xd6, 0x60, 0x4d],
    [0xb2, 0x18, 0x2b],
    [0x67, 0x00, 0x1f],
];

/// The least |t| that is told apart by its colour: nearer to zero, RdBu is too close to white.
const FLOOR: f32 = 0.35;

/// The least t of [`sequential`], for the same reason.
const SEQUENTIAL_FLOOR: f32 = 0.1;

/// −1 … 1 at 0 … 2·[`LEVELS`]: blue is negative, red is positive.
pub(super) static DIVERGING: [[u8; 4]; 2 * LEVELS + 1] = {
    let mut table = [PRUNED; 2 * LEVELS + 1];
    let mut i = 0;
    while i < table.len() {
        let t = (i as f32 - LEVELS as f32) / LEVELS as f32;
        let t = if t < 0.0 && t > -FLOOR {
            -FLOOR
        } else if t >= 0.0 && t < FLOOR {
            FLOOR
        } else {
            t
        };
        table[i] = between(&RED_BLUE, 5.0 + 5.0 * t);
        i += 1;
    }
    table
};

/// 0 … 1 at 0 … [`LEVELS`]: from pale yellow through red to black.
pub(super) static SEQUENTIAL: [[u8; 4]; LEVELS + 1] = {
    let mut table = [PRUNED; LEVELS + 1];
    let mut i = 0;
    while i < table.len() {
        let t = i as f32 / LEVELS as f32;
        table[i] = hot(1.0 - if t < SEQUENTIAL_FLOOR { SEQUENTIAL_FLOOR } else { t });
        i += 1;
    }
    table
};

/// The colour of `t` in −1 … 1, RGBA: RdBu reversed, blue negative and red positive; what is
/// beyond has the colour of the end.
pub fn diverging(t: f32) -> [u8; 4] {
    match t {
        t if t.is_nan() => NOT_A_NUMBER,
        t => {
            let level = ((t.clamp(-1.0, 1.0) + 1.0) * LEVELS as f32 + 0.5) as usize;
            DIVERGING[signed(t, level as u32) as usize]
        }
    }
}

/// The level of a value that was rounded to `level`: what is negative stays on the negative side,
/// however near to zero it is.
#[inline(always)]
pub(super) fn signed(value: f32, level: u32) -> u32 {
    if value.is_sign_negative() { level.min(LEVELS as u32 - 1) } else { level }
}

/// The colour of `t` in 0 … 1, RGBA: "hot" reversed, the larger the darker.
pub fn sequential(t: f32) -> [u8; 4] {
    match t {
        t if t.is_nan() => NOT_A_NUMBER,
        t => SEQUENTIAL[(t.clamp(0.0, 1.0) * LEVELS as f32 + 0.5) as usize],
    }
}

/// The colour at `place` between neighbouring `stops`.
const fn between(stops: &[[u8; 3]; 11], place: f32) -> [u8; 4] {
    let low = if place >= 10.0 { 9 } else { place as usize };
    let share = place - low as f32;
    let mut colour = [255; 4];
    let mut c = 0;
    while c < 3 {
        let (a, b) = (stops[low][c] as f32, stops[low + 1][c] as f32);
        colour[c] = (a + share * (b - a) + 0.5) as u8;
        c += 1;
    }
    colour
}

/// Matplotlib's "hot": black, red, yellow, white.
const fn hot(t: f32) -> [u8; 4] {
    const RED_ENDS: f32 = 0.365_079;
    const GREEN_ENDS: f32 = 0.746_032;
    // Red begins at 0.0416 rather than 0.
    let red = ramp(t, -0.015_848, RED_ENDS);
    [red, ramp(t, RED_ENDS, GREEN_ENDS), ramp(t, GREEN_ENDS, 1.0), 255]
}

/// From 0 at `low` to 255 at `high`.
const fn ramp(t: f32, low: f32, high: f32) -> u8 {
    (255.0 * ((t - low) / (high - low)).clamp(0.0, 1.0) + 0.5) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    fn brightness(c: [u8; 4]) -> u32 {
        2 * u32::from(c[0]) + 7 * u32::from(c[1]) + u32::from(c[2])
    }

    #[test]
    fn no_living_weight_is_as_light_as_a_pruned_one() {
        // Any |t| below the floor has the floor's tint.
        let tints = [diverging(0.5 * FLOOR), diverging(-0.5 * FLOOR)].map(brightness);
        for colour in DIVERGING {
            assert!(brightness(colour) <= tints[0].max(tints[1]));
            assert!(brightness(PRUNED) - brightness(colour) >= 250);
        }
        for colour in SEQUENTIAL {
            assert!(colour != PRUNED && PRUNED[2] - colour[2] >= 90);
        }
    }

    #[test]
    fn signs_are_colours_and_magnitudes_are_depths() {
        for i in 0..=LEVELS {
            let t = i as f32 / LEVELS as f32;
            let (red, blue) = (diverging(t), diverging(-t));
            assert!(red[0] > red[2], "{t}: {red:?}");
            assert!(i == 0 || blue[2] > blue[0], "{t}: {blue:?}");
            for deeper in [diverging(t + 0.1), diverging(2.0)] {
                assert!(brightness(deeper) <= brightness(red));
            }
            assert!(brightness(diverging(-t - 0.1)) <= brightness(diverging(-t.max(1e-2))));
            assert!(brightness(sequential(t + 0.01)) <= brightness(sequential(t)));
        }
    }

    #[test]
    fn stops_are_the_published_ones_at_equal_distances_from_zero() {
        let place = |i: usize| (i as f32 - 5.0) / 5.0;
        let stops = RED_BLUE.into_iter().enumerate();
        for (i, [r, g, b]) in stops.filter(|&(i, _)| place(i).abs() >= FLOOR) {
            // The table has 256 levels a side, so a stop lies up to half a level off: 0.01 of the
            // way to the next stop, which is never more than 79 away.
            let colour = diverging(place(i));
            let near = |a: u8, b: u8| a.abs_diff(b) <= 1;
            assert!(near(colour[0], r) && near(colour[1], g) && near(colour[2], b), "{colour:?}");
        }
        assert_eq!(diverging(f32::NAN), NOT_A_NUMBER);
        // "Hot" begins with 0.0416 of red.
        assert_eq!(sequential(1.0), [11, 0, 0, 255]);
    }
}
