/**
 * Scores four rows at once in float32: every 16 bytes of the query are loaded once for the four. `bytes` is
 * the stride, a multiple of 16; what pads a row is zero.
 */
export function dots(q: usize, a: usize, b: usize, c: usize, d: usize, bytes: usize): v128 {
  let sa = f32x4.splat(0);
  let sb = sa;
  let sc = sa;
  let sd = sa;
  const end = q + bytes;
  const unrolled = q + (bytes & ~63);
  for (; q < unrolled; q += 64, a += 64, b += 64, c += 64, d += 64) {
    let x = v128.load(q);
    sa = f32x4.add(sa, f32x4.mul(x, v128.load(a)));
    sb = f32x4.add(sb, f32x4.mul(x, v128.load(b)));
    sc = f32x4.add(sc, f32x4.mul(x, v128.load(c)));
    sd = f32x4.add(sd, f32x4.mul(x, v128.load(d)));
    x = v128.load(q, 16);
    sa = f32x4.add(sa, f32x4.mul(x, v128.load(a, 16)));
    sb = f32x4.add(sb, f32x4.mul(x, v128.load(b, 16)));
    sc = f32x4.add(sc, f32x4.mul(x, v128.load(c, 16)));
    sd = f32x4.add(sd, f32x4.mul(x, v128.load(d, 16)));
    x = v128.load(q, 32);
    sa = f32x4.add(sa, f32x4.mul(x, v128.load(a, 32)));
    sb = f32x4.add(sb, f32x4.mul(x, v128.load(b, 32)));
    sc = f32x4.add(sc, f32x4.mul(x, v128.load(c, 32)));
    sd = f32x4.add(sd, f32x4.mul(x, v128.load(d, 32)));
    x = v128.load(q, 48);
    sa = f32x4.add(sa, f32x4.mul(x, v128.load(a, 48)));
    sb = f32x4.add(sb, f32x4.mul(x, v128.load(b, 48)));
    sc = f32x4.add(sc, f32x4.mul(x, v128.load(c, 48)));
    sd = f32x4.add(sd, f32x4.mul(x, v128.load(d, 48)));
  }
  for (; q < end; q += 16, a += 16, b += 16, c += 16, d += 16) {
    const x = v128.load(q);
    sa = f32x4.add(sa, f32x4.mul(x, v128.load(a)));
    sb = f32x4.add(sb, f32x4.mul(x, v128.load(b)));
    sc = f32x4.add(sc, f32x4.mul(x, v128.load(c)));
    sd = f32x4.add(sd, f32x4.mul(x, v128.load(d)));
  }
  return sums(sa, sb, sc, sd);
}

/** The sums of the squared differences. */
export function squares(q: usize, a: usize, b: usize, c: usize, d: usize, bytes: usize): v128 {
  let sa = f32x4.splat(0);
  let sb = sa;
  let sc = sa;
  let sd = sa;
  const end = q + bytes;
  const unrolled = q + (bytes & ~63);
  for (; q < unrolled; q += 64, a += 64, b += 64, c += 64, d += 64) {
    let x = v128.load(q);
    sa = f32x4.add(sa, squared(f32x4.sub(x, v128.load(a))));
    sb = f32x4.add(sb, squared(f32x4.sub(x, v128.load(b))));
    sc = f32x4.add(sc, squared(f32x4.sub(x, v128.load(c))));
    sd = f32x4.add(sd, squared(f32x4.sub(x, v128.load(d))));
    x = v128.load(q, 16);
    sa = f32x4.add(sa, squared(f32x4.sub(x, v128.load(a, 16))));
    sb = f32x4.add(sb, squared(f32x4.sub(x, v128.load(b, 16))));
    sc = f32x4.add(sc, squared(f32x4.sub(x, v128.load(c, 16))));
    sd = f32x4.add(sd, squared(f32x4.sub(x, v128.load(d, 16))));
    x = v128.load(q, 32);
    sa = f32x4.add(sa, squared(f32x4.sub(x, v128.load(a, 32))));
    sb = f32x4.add(sb, squared(f32x4.sub(x, v128.load(b, 32))));
    sc = f32x4.add(sc, squared(f32x4.sub(x, v128.load(c, 32))));
    sd = f32x4.add(sd, squared(f32x4.sub(x, v128.load(d, 32))));
    x = v128.load(q, 48);
    sa = f32x4.add(sa, squared(f32x4.sub(x, v128.load(a, 48))));
    sb = f32x4.add(sb, squared(f32x4.sub(x, v128.load(b, 48))));
    sc = f32x4.add(sc, squared(f32x4.sub(x, v128.load(c, 48))));
    sd = f32x4.add(sd, squared(f32x4.sub(x, v128.load(d, 48))));
  }
  for (; q < end; q += 16, a += 16, b += 16, c += 16, d += 16) {
    const x = v128.load(q);
    sa = f32x4.add(sa, squared(f32x4.sub(x, v128.load(a))));
    sb = f32x4.add(sb, squared(f32x4.sub(x, v128.load(b))));
    sc = f32x4.add(sc, squared(f32x4.sub(x, v128.load(c))));
    sd = f32x4.add(sd, squared(f32x4.sub(x, v128.load(d))));
  }
  return sums(sa, sb, sc, sd);
}

@inline
function squared(x: v128): v128 {
  return f32x4.mul(x, x);
}

/** The sum of each, side by side: two additions deep. */
@inline
function sums(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = f32x4.add(
    v128.shuffle<f32>(a, b, 0, 4, 1, 5),
    v128.shuffle<f32>(a, b, 2, 6, 3, 7),
  );
  const cd = f32x4.add(
    v128.shuffle<f32>(c, d, 0, 4, 1, 5),
    v128.shuffle<f32>(c, d, 2, 6, 3, 7),
  );
  return f32x4.add(
    v128.shuffle<f32>(ab, cd, 0, 1, 4, 5),
    v128.shuffle<f32>(ab, cd, 2, 3, 6, 7),
  );
}
