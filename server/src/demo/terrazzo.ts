import sharp from 'sharp';

const SIZE = 1024;
const CHIPS = 520;

/** A small generator with a fixed seed: the demo looks the same everywhere. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

/** One chip, drawn nine times, so that the texture repeats without a seam. */
function chip(random: () => number, colors: readonly string[]): string {
  const [x, y, size, tilt] = [random() * SIZE, random() * SIZE, 6 + random() ** 2 * 34, random() * 6.3];
  const corners = 5 + Math.floor(random() * 3);
  const points = Array.from({ length: corners }, (_, i) => {
    const angle = tilt + (i / corners) * Math.PI * 2;
    const radius = size * (0.55 + random() * 0.45);
    return [Math.cos(angle) * radius, Math.sin(angle) * radius * 0.75] as const;
  });
  const fill = colors[Math.floor(random() * colors.length)];
  return [-SIZE, 0, SIZE]
    .flatMap((dx) => [-SIZE, 0, SIZE].map((dy) => [x + dx, y + dy] as const))
    .filter(([cx, cy]) => cx > -50 && cy > -50 && cx < SIZE + 50 && cy < SIZE + 50)
    .map(([cx, cy]) => {
      const path = points.map(([px, py]) => `${(cx + px).toFixed(1)},${(cy + py).toFixed(1)}`).join(' ');
      return `<polygon points="${path}" fill="${fill}"/>`;
    })
    .join('');
}

/** A tile of terrazzo, as PNG. */
export function terrazzo(ground: string, colors: readonly string[], seed: number): Promise<Buffer> {
  const random = seeded(seed);
  const chips = Array.from({ length: CHIPS }, () => chip(random, colors)).join('');
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${SIZE}" height="${SIZE}"><rect width="100%" height="100%" fill="${ground}"/>${chips}</svg>`;
  return sharp(Buffer.from(svg)).png({ palette: true, colours: 64 }).toBuffer();
}
