//! Logos: what a client shows as one is fetched once, taken apart, and drawn again by us. No byte of the original is
//! ever sent to a browser.

use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;
use std::io::Cursor;
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

/// Media types of pictures that can be logos. SVG is a program, and none of them.
pub const KINDS: &[&str] = &["image/png", "image/jpeg"];
/// The most bytes of a picture that is fetched.
pub const BYTES: usize = 512 * 1024;

/// The greatest width and height of a picture.
const LONGEST_SIDE: u32 = 4096;
/// The most pixels of a picture.
const PIXELS: u32 = 4 * 1024 * 1024;
/// The greatest width and height of what is drawn.
const SIDE: u32 = 256;

/// A picture as we drew it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logo {
    /// SHA-256 of the picture, in hexadecimal: the name that it is served by.
    pub digest: String,
    /// The picture.
    pub png: Vec<u8>,
}

/// A picture that cannot be a logo.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LogoProblem {
    /// Not a PNG or JPEG, or damaged.
    #[error("it is not a whole PNG or JPEG")]
    NotAPicture,
    /// Too many pixels.
    #[error("it is larger than 4096 by 4096 or 4 million pixels")]
    TooLarge,
}

/// Rows of pixels, four bytes each: red, green, blue, and how opaque it is.
struct Picture {
    width: u32,
    height: u32,
    pixels: Vec<u8>,
}

/// Draws a picture again, as a PNG of at most 256 by 256. Takes a while: not on a thread that serves.
///
/// # Errors
/// [`LogoProblem`].
pub fn redraw(bytes: &[u8]) -> Result<Logo, LogoProblem> {
    let picture = if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        read_png(bytes)?
    } else if bytes.starts_with(b"\xff\xd8\xff") {
        read_jpeg(bytes)?
    } else {
        return Err(LogoProblem::NotAPicture);
    };
    let png = write_png(&shrink(picture)).map_err(|_| LogoProblem::NotAPicture)?;
    let digest = Sha256::digest(&png).iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    });
    Ok(Logo { digest, png })
}

fn check_size(width: u32, height: u32) -> Result<(), LogoProblem> {
    if width == 0 || height == 0 {
        return Err(LogoProblem::NotAPicture);
    }
    let large = width > LONGEST_SIDE || height > LONGEST_SIDE || width.saturating_mul(height) > PIXELS;
    if large { Err(LogoProblem::TooLarge) } else { Ok(()) }
}

fn read_png(bytes: &[u8]) -> Result<Picture, LogoProblem> {
    let bad = |_| LogoProblem::NotAPicture;
    let limits = png::Limits { bytes: BYTES * 64 };
    let mut decoder = png::Decoder::new_with_limits(Cursor::new(bytes), limits);
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    let header = decoder.read_header_info().map_err(bad)?;
    check_size(header.width, header.height)?;
    let mut reader = decoder.read_info().map_err(bad)?;
    let size = reader.output_buffer_size().ok_or(LogoProblem::TooLarge)?;
    let mut buffer = vec![0; size];
    let frame = reader.next_frame(&mut buffer).map_err(bad)?;
    check_size(frame.width, frame.height)?;
    buffer.truncate(frame.buffer_size());
    let pixels = match frame.color_type {
        png::ColorType::Grayscale => spread(&buffer, |[grey]| [grey, grey, grey, 255]),
        png::ColorType::GrayscaleAlpha => spread(&buffer, |[grey, opaque]| [grey, grey, grey, opaque]),
        png::ColorType::Rgb => spread(&buffer, |[red, green, blue]| [red, green, blue, 255]),
        png::ColorType::Rgba => buffer,
        png::ColorType::Indexed => return Err(LogoProblem::NotAPicture),
    };
    Ok(Picture {
        width: frame.width,
        height: frame.height,
        pixels,
    })
}

fn read_jpeg(bytes: &[u8]) -> Result<Picture, LogoProblem> {
    let side = usize::try_from(LONGEST_SIDE).unwrap_or_default();
    let options = DecoderOptions::default()
        .set_max_width(side)
        .set_max_height(side)
        .set_strict_mode(true)
        .jpeg_set_max_scans(32)
        .jpeg_set_out_colorspace(ColorSpace::RGB);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    decoder.decode_headers().map_err(|_| LogoProblem::NotAPicture)?;
    let (width, height) = decoder.dimensions().ok_or(LogoProblem::NotAPicture)?;
    let side = |length: usize| u32::try_from(length).map_err(|_| LogoProblem::TooLarge);
    let (width, height) = (side(width)?, side(height)?);
    check_size(width, height)?;
    let rgb = decoder.decode().map_err(|_| LogoProblem::NotAPicture)?;
    Ok(Picture {
        width,
        height,
        pixels: spread(&rgb, |[red, green, blue]| [red, green, blue, 255]),
    })
}

fn write_png(picture: &Picture) -> Result<Vec<u8>, png::EncodingError> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, picture.width, picture.height);
    encoder.set_color(png::ColorType::Rgba);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&picture.pixels)?;
    writer.finish()?;
    Ok(bytes)
}

/// Every pixel of one form in the form that we draw.
fn spread<const N: usize>(buffer: &[u8], pixel: impl Fn([u8; N]) -> [u8; 4]) -> Vec<u8> {
    let (pixels, _) = buffer.as_chunks::<N>();
    pixels.iter().flat_map(|one| pixel(*one)).collect()
}

/// The picture at a size that fits, each new pixel the mean of those that it stands for.
fn shrink(picture: Picture) -> Picture {
    let longest = picture.width.max(picture.height);
    if longest <= SIDE {
        return picture;
    }
    let fit = |length: u32| (length.saturating_mul(SIDE) / longest).max(1);
    let (width, height) = (fit(picture.width), fit(picture.height));
    let mut pixels = Vec::new();
    for y in 0..height {
        for x in 0..width {
            let columns = share(x, width, picture.width);
            let rows = share(y, height, picture.height);
            pixels.extend(mean(&picture, &columns, &rows));
        }
    }
    Picture {
        width,
        height,
        pixels,
    }
}

/// Which of `all` the `at`-th of `parts` stands for.
fn share(at: u32, parts: u32, all: u32) -> std::ops::Range<usize> {
    let edge =
        |at: u32| usize::try_from(u64::from(at) * u64::from(all) / u64::from(parts)).unwrap_or_default();
    let (first, end) = (edge(at), edge(at.saturating_add(1)));
    first..end.max(first.saturating_add(1))
}

/// The mean colour of a part of the picture. What cannot be seen has no say in the colour.
fn mean(picture: &Picture, columns: &std::ops::Range<usize>, rows: &std::ops::Range<usize>) -> [u8; 4] {
    let width = usize::try_from(picture.width).unwrap_or_default();
    let (pixels, _) = picture.pixels.as_chunks::<4>();
    let (mut colour, mut opaque, mut count) = ([0_u64; 3], 0_u64, 0_u64);
    for row in rows.clone() {
        let start = row.saturating_mul(width);
        let part = pixels
            .get(start + columns.start..start + columns.end)
            .unwrap_or_default();
        for [red, green, blue, alpha] in part {
            let weight = u64::from(*alpha);
            for (sum, part) in colour.iter_mut().zip([red, green, blue]) {
                *sum += u64::from(*part) * weight;
            }
            opaque += weight;
            count += 1;
        }
    }
    let byte = |value: u64| u8::try_from(value).unwrap_or(u8::MAX);
    let [red, green, blue] = colour.map(|sum| byte(sum.checked_div(opaque).unwrap_or_default()));
    [
        red,
        green,
        blue,
        byte(opaque.checked_div(count).unwrap_or_default()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(width: u32, height: u32, pixel: [u8; 4]) -> Vec<u8> {
        let count = usize::try_from(width * height).unwrap();
        write_png(&Picture {
            width,
            height,
            pixels: pixel.repeat(count),
        })
        .unwrap()
    }

    fn size(png: &[u8]) -> (u32, u32, Vec<u8>) {
        let picture = read_png(png).unwrap();
        (picture.width, picture.height, picture.pixels)
    }

    #[test]
    fn a_small_picture_keeps_its_pixels_and_loses_everything_else() {
        let original = png(3, 2, [10, 20, 30, 200]);
        // A text chunk before the picture's data, as programs write them.
        let comment = b"\0\0\0\x0btEXtComment\0hi!\0\0\0\0";
        let at = original.windows(4).position(|four| four == b"IDAT").unwrap() - 4;
        let commented = [&original[..at], comment, &original[at..]].concat();
        let drawn = redraw(&original).unwrap();
        assert_eq!(size(&drawn.png), (3, 2, [10, 20, 30, 200].repeat(6)));
        assert!(drawn.digest.len() == 64 && drawn.digest == redraw(&original).unwrap().digest);
        if let Ok(again) = redraw(&commented) {
            assert_eq!(again, drawn);
        }
    }

    #[test]
    fn a_large_picture_is_drawn_smaller_in_its_proportions() {
        let (width, height, pixels) = size(&redraw(&png(1024, 512, [9, 8, 7, 255])).unwrap().png);
        assert_eq!((width, height), (256, 128));
        assert!(
            pixels
                .as_chunks::<4>()
                .0
                .iter()
                .all(|pixel| *pixel == [9, 8, 7, 255])
        );
        let (width, height, _) = size(&redraw(&png(4000, 1, [0; 4])).unwrap().png);
        assert_eq!((width, height), (256, 1));
    }

    #[test]
    fn what_is_no_picture_or_too_large_a_one_is_refused() {
        let good = png(8, 8, [1, 2, 3, 4]);
        for cut in 0..good.len() - 12 {
            assert_eq!(redraw(&good[..cut]), Err(LogoProblem::NotAPicture), "{cut}");
        }
        for bad in [
            &b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>"[..],
            b"GIF89a\x01\0\x01\0\0\0\0;",
            b"\xff\xd8\xff",
            b"\xff\xd8\xff\xe0\0\x10JFIF\0",
            b"\x89PNG\r\n\x1a\n",
            b"",
        ] {
            assert_eq!(redraw(bad), Err(LogoProblem::NotAPicture));
        }
        assert_eq!(redraw(&png(1, 50_000, [0; 4])), Err(LogoProblem::TooLarge));
        assert_eq!(redraw(&png(4096, 1025, [0; 4])), Err(LogoProblem::TooLarge));
    }

    #[test]
    fn a_bomb_is_not_unpacked() {
        // A header that promises more than there can be.
        let mut bomb = png(8, 8, [0; 4]);
        bomb[16..24].copy_from_slice(&[0x7f, 0xff, 0xff, 0xff, 0x7f, 0xff, 0xff, 0xff]);
        assert!(redraw(&bomb).is_err());
    }
}
