//! A font of rectangles, made here: every dot of what it draws is known, and no machine's fonts matter. One unit is one dot
//! at 24 dots.

/// A character, its advance, and its rectangles: left, top, right, bottom, from the top left corner.
pub type Glyph = (char, u16, &'static [[i16; 4]]);

const EM: i16 = 24;

/// The bytes of a TrueType font with these characters, sorted.
pub fn font(glyphs: &[Glyph]) -> Vec<u8> {
    let mut glyf = Vec::new();
    let mut loca = vec![0u32, 0];
    for (_, _, rectangles) in glyphs {
        glyf.extend(outline(rectangles));
        loca.push(glyf.len() as u32);
    }
    let count = glyphs.len() as u16 + 1;
    let advances = std::iter::once(12).chain(glyphs.iter().map(|glyph| glyph.1));
    let tables: [(&[u8; 4], Vec<u8>); 7] = [
        (b"cmap", cmap(glyphs)),
        (b"glyf", glyf),
        (b"head", head()),
        (b"hhea", hhea(count)),
        (b"hmtx", advances.flat_map(|advance| words(&[advance as i16, 0])).collect()),
        (b"loca", loca.iter().flat_map(|at| at.to_be_bytes()).collect()),
        (b"maxp", [vec![0, 0, 0x50, 0], count.to_be_bytes().to_vec()].concat()),
    ];
    let mut out = [vec![0, 1, 0, 0], words(&[tables.len() as i16, 0, 0, 0])].concat();
    let mut body = Vec::new();
    let start = out.len() + 16 * tables.len();
    for (name, table) in tables {
        out.extend(name);
        out.extend([0; 4]);
        out.extend(((start + body.len()) as u32).to_be_bytes());
        out.extend((table.len() as u32).to_be_bytes());
        body.extend(table);
        body.resize(body.len().next_multiple_of(4), 0);
    }
    out.extend(body);
    out
}

fn words(values: &[i16]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_be_bytes()).collect()
}

fn head() -> Vec<u8> {
    let mut head = vec![0; 54];
    head[..4].copy_from_slice(&[0, 1, 0, 0]);
    head[12..16].copy_from_slice(&0x5f0f_3cf5_u32.to_be_bytes());
    head[18..20].copy_from_slice(&EM.to_be_bytes());
    head[51] = 1; // offsets of four bytes
    head
}

fn hhea(count: u16) -> Vec<u8> {
    let mut hhea = vec![0; 36];
    hhea[..4].copy_from_slice(&[0, 1, 0, 0]);
    hhea[4..6].copy_from_slice(&EM.to_be_bytes());
    hhea[34..].copy_from_slice(&count.to_be_bytes());
    hhea
}

fn cmap(glyphs: &[Glyph]) -> Vec<u8> {
    let groups = glyphs.iter().enumerate().flat_map(|(at, glyph)| [glyph.0 as u32, glyph.0 as u32, at as u32 + 1]);
    let mut out = [words(&[0, 1, 3, 10]), 12u32.to_be_bytes().to_vec(), words(&[12, 0])].concat();
    let length = 16 + 12 * glyphs.len() as u32;
    out.extend([length, 0, glyphs.len() as u32].into_iter().chain(groups).flat_map(u32::to_be_bytes));
    out
}

fn outline(rectangles: &[[i16; 4]]) -> Vec<u8> {
    if rectangles.is_empty() {
        return Vec::new();
    }
    let corners: Vec<(i16, i16)> = rectangles
        .iter()
        .flat_map(|&[left, top, right, bottom]| [(left, top), (right, top), (right, bottom), (left, bottom)])
        .map(|(x, y)| (x, EM - y))
        .collect();
    let bound = |pick: fn(&(i16, i16)) -> i16| {
        let values = corners.iter().map(pick);
        (values.clone().min().unwrap(), values.max().unwrap())
    };
    let ((left, right), (bottom, top)) = (bound(|point| point.0), bound(|point| point.1));
    let mut out = words(&[rectangles.len() as i16, left, bottom, right, top]);
    out.extend(words(&(1..=rectangles.len() as i16).map(|at| 4 * at - 1).collect::<Vec<_>>()));
    out.extend(words(&[0]));
    out.extend(vec![1; corners.len()]);
    let steps = |pick: fn(&(i16, i16)) -> i16| {
        let before = std::iter::once(0).chain(corners.iter().map(pick));
        words(&corners.iter().map(pick).zip(before).map(|(now, before)| now - before).collect::<Vec<_>>())
    };
    out.extend(steps(|point| point.0));
    out.extend(steps(|point| point.1));
    out.resize(out.len().next_multiple_of(4), 0);
    out
}
