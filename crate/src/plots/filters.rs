//! Filters of a convolution: one tile of pixels for every pair of a channel and a filter.

use super::colormap::PRUNED;
use super::heatmap::Heatmap;
use crate::layers::Kernel;

/// The lines around the tiles of a living filter, RGBA.
pub const ALIVE: [u8; 4] = [0xa6, 0xad, 0xb6, 255];

/// The lines around the tiles of a dead filter: one whose weights are all pruned.
pub const DEAD: [u8; 4] = [0xe9, 0xeb, 0xee, 255];

/// The weights of a convolution to look at.
#[derive(Clone, Copy, Debug)]
pub struct Filters<'a> {
    /// The weights as a matrix, (height × width × channels, filters).
    pub weights: Heatmap<'a>,
    /// What the rows of the matrix are.
    pub kernel: Kernel,
}

impl Filters<'_> {
    /// Tiles across and down: with one channel the filters in a square, with more a row of tiles
    /// for each channel and a column for each filter.
    fn grid(&self) -> (usize, usize) {
        let filters = self.weights.columns;
        if self.kernel.channels != 1 {
            return (filters, self.kernel.channels);
        }
        let across = (1..).find(|n| n * n >= filters).unwrap_or(1);
        (across, filters.div_ceil(across))
    }

    /// The channel and the filter of tile (across, down); the filter may not exist.
    fn shown(&self, across: usize, down: usize) -> (usize, usize) {
        match self.kernel.channels {
            1 => (0, down * self.grid().0 + across),
            _ => (down, across),
        }
    }

    /// The upper left corner of the lines around the tile of a channel and a filter.
    fn corner(&self, channel: usize, filter: usize) -> (usize, usize) {
        let across = self.grid().0;
        let (x, y) = match self.kernel.channels {
            1 => (filter % across, filter / across),
            _ => (filter, channel),
        };
        (x * (self.kernel.width + 1), y * (self.kernel.height + 1))
    }

    /// Where a row of the matrix lies in its filter: (y, x, channel).
    pub fn place(&self, row: usize) -> (usize, usize, usize) {
        let Kernel { width, channels, .. } = self.kernel;
        (row / channels / width, row / channels % width, row % channels)
    }

    /// Pixels across and down, with a line of one pixel around every tile.
    pub fn size(&self) -> (usize, usize) {
        let (across, down) = self.grid();
        (across * (self.kernel.width + 1) + 1, down * (self.kernel.height + 1) + 1)
    }

    /// The (row, filter) of the weight at pixel (x, y); none on lines and beside the tiles.
    pub fn cell_at(&self, x: usize, y: usize) -> Option<(usize, usize)> {
        let (right, below) = self.size();
        let Kernel { height, width, channels } = self.kernel;
        let (channel, filter) = self.shown(x / (width + 1), y / (height + 1));
        if x >= right || y >= below || filter >= self.weights.columns {
            return None;
        }
        let (x, y) = ((x % (width + 1)).checked_sub(1)?, (y % (height + 1)).checked_sub(1)?);
        Some(((y * width + x) * channels + channel, filter))
    }

    /// The pixel (x, y) of a weight.
    pub fn pixel_of(&self, row: usize, filter: usize) -> (usize, usize) {
        let (y, x, channel) = self.place(row);
        let (left, top) = self.corner(channel, filter);
        (left + 1 + x, top + 1 + y)
    }

    /// Paints every weight as [`Heatmap::paint`] does, and lines around the tiles that tell
    /// living filters from dead ones; where there is no tile, pixels are transparent. Returns
    /// width, height and the number of dead filters.
    pub fn paint(&self, threshold: f32, limit: f32, pixels: &mut Vec<u8>) -> (usize, usize, usize) {
        let Kernel { height, width, channels } = self.kernel;
        let filters = self.weights.columns;
        assert_eq!(self.weights.rows, height * width * channels, "one row a weight of a filter");
        let colours = self.weights.colours(threshold, limit);
        let mut alive = vec![false; filters];
        for row in colours.chunks(filters.max(1)) {
            alive.iter_mut().zip(row).for_each(|(alive, colour)| *alive |= *colour != PRUNED);
        }

        let size = self.size();
        pixels.clear();
        pixels.resize(4 * size.0 * size.1, 0);
        let (pixels, _) = pixels.as_chunks_mut::<4>();
        // Living filters later: what they share with dead ones is theirs.
        for (kind, line) in [(false, DEAD), (true, ALIVE)] {
            for filter in (0..filters).filter(|&filter| alive[filter] == kind) {
                for channel in 0..channels {
                    let (left, top) = self.corner(channel, filter);
                    for y in top..top + height + 2 {
                        pixels[y * size.0 + left..][..width + 2].fill(line);
                    }
                }
            }
        }
        for (row, colours) in colours.chunks(filters.max(1)).enumerate() {
            for (filter, colour) in colours.iter().enumerate() {
                let (x, y) = self.pixel_of(row, filter);
                pixels[y * size.0 + x] = *colour;
            }
        }
        (size.0, size.1, alive.iter().filter(|alive| !**alive).count())
    }
}
