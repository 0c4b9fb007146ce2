import { css, darker, lighter } from '../../domain/colour.ts'
import type { Look } from '../../domain/figure-look.ts'
import { type Context, disc, oval, shape } from './canvas.ts'

/** Of a head, from its middle. */
export const headRadius = 46

const r = headRadius

/** What is seen of the hair behind the head and the shoulders. */
export const drawHairBehind = (context: Context, { hair, isFeminine, hairstyle }: Look): void => {
  if (!isFeminine) return
  context.fillStyle = css(darker(hair, 0.22))
  if (hairstyle === 0) {
    context.beginPath()
    context.moveTo(-r * 1.08, -r * 0.3)
    context.quadraticCurveTo(-r * 1.5, r * 1.3, -r * 1.1, r * 2)
    context.quadraticCurveTo(0, r * 1.6, r * 0.9, r * 1.9)
    context.quadraticCurveTo(r * 1.35, r * 0.9, r * 1.02, -r * 0.3)
    context.fill()
  } else if (hairstyle === 1) {
    for (const side of [-1, 1]) {
      for (let at = 0; at < 5; at += 1)
        disc(context, side * r * (1.02 + at * 0.03), r * (0.45 + at * 0.38), r * (0.27 - at * 0.02))
      context.fillStyle = 'rgb(214,72,84)'
      disc(context, side * r * 1.16, r * 2.2, r * 0.13)
      context.fillStyle = css(darker(hair, 0.22))
    }
  } else if (hairstyle === 2) {
    disc(context, -r * 0.35, -r * 1.12, r * 0.48)
  } else {
    oval(context, -r * 0.05, r * 0.35, r * 1.2, r * 1.1)
  }
}

/** Hair over the forehead; `wears` says that a hat hides its top. */
export const drawHairInFront = (context: Context, { hair, isFeminine, hairstyle, age }: Look): void => {
  if (age === 'old' && !isFeminine && hairstyle < 2) {
    context.fillStyle = css(hair)
    for (const side of [-1, 1]) oval(context, side * r * 0.95, -r * 0.1, r * 0.24, r * 0.42)
    return
  }
  context.fillStyle = css(hair)
  context.beginPath()
  context.moveTo(-r * 1.05, r * (isFeminine ? 0.3 : 0.02))
  context.quadraticCurveTo(-r * 1.2, -r * 1.2, 0, -r * 1.2)
  context.quadraticCurveTo(r * 1.16, -r * 1.18, r * 1.03, r * (isFeminine ? 0.2 : -0.05))
  if (hairstyle % 2 === 0) {
    context.quadraticCurveTo(r * 0.95, -r * 0.5, r * 0.35, -r * 0.62)
    context.quadraticCurveTo(-r * 0.5, -r * 0.7, -r * 0.82, -r * 0.2)
  } else {
    context.quadraticCurveTo(r * 0.86, -r * 0.42, r * 0.62, -r * 0.4)
    context.quadraticCurveTo(r * 0.4, -r * 0.66, r * 0.15, -r * 0.42)
    context.quadraticCurveTo(-r * 0.1, -r * 0.68, -r * 0.36, -r * 0.4)
    context.quadraticCurveTo(-r * 0.6, -r * 0.6, -r * 0.84, -r * 0.22)
  }
  context.closePath()
  context.fill()
  context.strokeStyle = css(lighter(hair, 0.24), 0.6)
  context.lineWidth = r * 0.08
  context.beginPath()
  context.arc(-r * 0.08, -r * 0.12, r * 0.92, -2.2, -1.3)
  context.stroke()
}

export const drawBeard = (context: Context, { hair, age }: Look): void => {
  const long = age === 'old' ? 1.75 : 1.12
  context.fillStyle = css(hair)
  context.beginPath()
  context.moveTo(-r * 0.96, r * 0.05)
  context.quadraticCurveTo(-r * 0.95, r * 0.9, r * 0.02, r * long)
  context.quadraticCurveTo(r * 0.98, r * 0.9, r * 0.97, r * 0.05)
  context.quadraticCurveTo(r * 0.7, r * 0.42, r * 0.12, r * 0.3)
  context.quadraticCurveTo(-r * 0.6, r * 0.42, -r * 0.96, r * 0.05)
  context.fill()
}

const gold = 'rgb(242,190,62)'

const hats: Readonly<Record<Exclude<Look['headwear'], 'none' | 'hood'>, (context: Context, look: Look) => void>> = {
  crown: (context) => {
    context.fillStyle = gold
    const y = -r * 0.72
    shape(context, [
      [-r * 0.72, y],
      [-r * 0.86, y - r * 0.66],
      [-r * 0.4, y - r * 0.3],
      [0, y - r * 0.82],
      [r * 0.4, y - r * 0.3],
      [r * 0.86, y - r * 0.66],
      [r * 0.72, y],
    ])
    context.fillStyle = 'rgb(214,60,74)'
    for (const x of [-0.42, 0, 0.42]) disc(context, x * r, y - r * 0.14, r * 0.09)
  },
  cap: (context, { trim, clothes }) => {
    context.fillStyle = css(darker(clothes, 0.2))
    context.beginPath()
    context.moveTo(-r * 1.1, -r * 0.45)
    context.quadraticCurveTo(-r * 0.9, -r * 1.5, r * 0.15, -r * 1.42)
    context.quadraticCurveTo(r * 1.05, -r * 1.3, r * 1.06, -r * 0.48)
    context.fill()
    context.fillStyle = css(darker(clothes, 0.4))
    oval(context, r * 0.55, -r * 0.46, r * 0.95, r * 0.15)
    context.fillStyle = css(trim)
    oval(context, -r * 0.7, -r * 1.2, r * 0.12, r * 0.42, 0.6)
  },
  straw: (context) => {
    context.fillStyle = 'rgb(222,184,96)'
    oval(context, 0, -r * 0.62, r * 1.65, r * 0.28)
    context.beginPath()
    context.roundRect(-r * 0.78, -r * 1.35, r * 1.56, r * 0.78, [r * 0.5, r * 0.5, 0, 0])
    context.fill()
    context.fillStyle = 'rgb(170,70,58)'
    context.fillRect(-r * 0.79, -r * 0.84, r * 1.58, r * 0.18)
  },
  pointed: (context, { clothes, trim }) => {
    context.fillStyle = css(darker(clothes, 0.35))
    oval(context, 0, -r * 0.66, r * 1.5, r * 0.24)
    shape(context, [
      [-r * 0.86, -r * 0.7],
      [-r * 0.2, -r * 2.1],
      [-r * 0.52, -r * 2.35],
      [r * 0.2, -r * 2.2],
      [r * 0.86, -r * 0.7],
    ])
    context.fillStyle = css(trim)
    context.fillRect(-r * 0.8, -r * 0.9, r * 1.6, r * 0.17)
  },
  scarf: (context, { clothes }) => {
    context.fillStyle = css(lighter(clothes, 0.22))
    context.beginPath()
    context.moveTo(-r * 1.14, r * 0.5)
    context.quadraticCurveTo(-r * 1.35, -r * 1.35, 0, -r * 1.28)
    context.quadraticCurveTo(r * 1.3, -r * 1.3, r * 1.1, r * 0.45)
    context.quadraticCurveTo(r * 0.95, -r * 0.62, 0, -r * 0.72)
    context.quadraticCurveTo(-r * 0.95, -r * 0.6, -r * 1.14, r * 0.5)
    context.fill()
  },
}

export const drawHat = (context: Context, look: Look): void => {
  const { headwear, clothes } = look
  if (headwear === 'none') return
  if (headwear !== 'hood') {
    hats[headwear](context, look)
    return
  }
  context.strokeStyle = css(clothes)
  context.lineWidth = r * 0.42
  context.beginPath()
  context.arc(0, 0, r * 1.12, Math.PI * 0.8, Math.PI * 2.2)
  context.stroke()
}
