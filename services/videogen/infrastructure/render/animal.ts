import { css, darker, lighter } from '../../domain/colour.ts'
import type { Look } from '../../domain/figure-look.ts'
import { type Context, disc, oval, shape } from './canvas.ts'
import { headRadius } from './hair.ts'

const r = headRadius
const pink = 'rgb(232,150,150)'
const nose = 'rgb(46,34,38)'

const pointedEars = (context: Context, { skin }: Look, tall: number): void => {
  for (const side of [-1, 1]) {
    context.fillStyle = css(darker(skin, 0.15))
    shape(context, [
      [side * r * 0.98, -r * 0.35],
      [side * r * 0.92, -r * tall],
      [side * r * 0.2, -r * 0.86],
    ])
    context.fillStyle = pink
    shape(context, [
      [side * r * 0.86, -r * 0.56],
      [side * r * 0.84, -r * (tall - 0.24)],
      [side * r * 0.42, -r * 0.86],
    ])
  }
}

const roundEars = (context: Context, { skin }: Look, size: number): void => {
  for (const side of [-1, 1]) {
    context.fillStyle = css(darker(skin, 0.12))
    disc(context, side * r * 0.82, -r * 0.82, r * size)
    context.fillStyle = pink
    disc(context, side * r * 0.82, -r * 0.82, r * size * 0.58)
  }
}

const ears: Readonly<Record<Exclude<Look['species'], 'human'>, (context: Context, look: Look) => void>> = {
  wolf: (context, look) => pointedEars(context, look, 1.75),
  fox: (context, look) => pointedEars(context, look, 1.85),
  cat: (context, look) => pointedEars(context, look, 1.5),
  bear: (context, look) => roundEars(context, look, 0.36),
  mouse: (context, look) => roundEars(context, look, 0.58),
  rabbit: (context, { skin }) => {
    for (const side of [-1, 1]) {
      context.fillStyle = css(darker(skin, 0.1))
      oval(context, side * r * 0.42, -r * 1.6, r * 0.25, r * 0.92, side * 0.16)
      context.fillStyle = pink
      oval(context, side * r * 0.42, -r * 1.56, r * 0.13, r * 0.7, side * 0.16)
    }
  },
  frog: (context, { skin }) => {
    context.fillStyle = css(skin)
    for (const side of [-1, 1]) disc(context, side * r * 0.5, -r * 0.78, r * 0.4)
  },
  bird: (context, { skin }) => {
    context.fillStyle = css(darker(skin, 0.2))
    for (const [at, turn] of [-0.5, 0, 0.5].entries())
      oval(context, (at - 1) * r * 0.22, -r * 1.2, r * 0.13, r * 0.42, turn)
  },
}

export const drawEars = (context: Context, look: Look): void => {
  if (look.species !== 'human') ears[look.species](context, look)
}

/** The muzzle, with the nose on it; the mouth goes below. */
export const drawMuzzle = (context: Context, { species, skin }: Look): void => {
  if (species === 'human') return
  if (species === 'bird') {
    context.fillStyle = 'rgb(240,168,52)'
    shape(context, [
      [-r * 0.1, r * 0.06],
      [r * 0.98, r * 0.28],
      [-r * 0.05, r * 0.46],
    ])
    return
  }
  context.fillStyle = css(lighter(skin, species === 'frog' ? 0.3 : 0.5))
  if (species === 'frog') {
    oval(context, r * 0.12, r * 0.5, r * 0.72, r * 0.36)
    return
  }
  const isLong = species === 'wolf' || species === 'fox'
  oval(context, r * 0.2, r * 0.42, r * (isLong ? 0.66 : 0.52), r * 0.44)
  if (isLong) {
    for (const side of [-1, 1])
      shape(context, [
        [side * r * 0.7, -r * 0.05],
        [side * r * 1.18, r * 0.5],
        [side * r * 0.5, r * 0.72],
      ])
  }
  context.fillStyle = nose
  oval(context, r * 0.26, r * 0.16, r * 0.2, r * 0.14)
  context.strokeStyle = css(darker(skin, 0.45), 0.7)
  context.lineWidth = 2
  if (species !== 'cat' && species !== 'mouse' && species !== 'rabbit') return
  for (const side of [-1, 1]) {
    for (const dy of [-6, 2, 10]) {
      context.beginPath()
      context.moveTo(r * 0.2 + side * r * 0.36, r * 0.38 + dy * 0.5)
      context.lineTo(r * 0.2 + side * r * 1.1, r * 0.34 + dy)
      context.stroke()
    }
  }
}

/** Behind the body, where there is one. */
export const drawTail = (context: Context, { species, skin }: Look, sway: number): void => {
  if (species === 'human' || species === 'frog' || species === 'bird' || species === 'bear') return
  const isBushy = species === 'fox' || species === 'wolf'
  context.lineCap = 'round'
  context.strokeStyle = css(darker(skin, 0.12))
  context.lineWidth = isBushy ? 34 : species === 'rabbit' ? 26 : 10
  context.beginPath()
  context.moveTo(-20, -84)
  if (species === 'rabbit') context.lineTo(-40, -84)
  else context.quadraticCurveTo(-96, -70 + sway * 6, -98 + sway * 8, -150)
  context.stroke()
  if (species !== 'fox') return
  context.strokeStyle = 'rgb(250,242,230)'
  context.lineWidth = 26
  context.beginPath()
  context.moveTo(-99 + sway * 8, -146)
  context.lineTo(-98 + sway * 8, -158)
  context.stroke()
}
