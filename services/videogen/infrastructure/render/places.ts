import { css, darker, lighter, mix } from '../../domain/colour.ts'
import type { Palette } from '../../domain/scene-palette.ts'
import type { Setting } from '../../domain/scene-setting.ts'
import { between, type Chance } from '../../domain/seeded.ts'
import { cottage, fence, skyline, streetLamp } from './buildings.ts'
import { bottom, type Context, downward, left, right } from './canvas.ts'
import { castle } from './castle.ts'
import { hillLine, paintGround, paintPath, paintPeaks, paintRiver, paintSea, paintUnder } from './land.ts'
import { paintRoom } from './room.ts'
import { paintMist } from './sky.ts'
import { bush, canopy, conifer, flowers, grass, roundTree, treeLine, trunk } from './trees.ts'

/** What a place is painted on, from the furthest to the nearest, and with. */
export interface Painting {
  back: Context
  middle: Context
  near: Context
  setting: Setting
  palette: Palette
  chance: Chance
}

const petals = [
  [250, 240, 240],
  [246, 196, 70],
  [232, 110, 130],
  [150, 130, 230],
] as const

const hills = ({ back, palette, chance }: Painting, y: number): void => {
  const { far, middle, skyLow } = palette
  paintUnder(back, hillLine(y - 60, 46, chance), mix(far, skyLow, 0.45), far)
  paintMist(back, y + 10, skyLow, 0.5)
  paintUnder(back, hillLine(y, 40, chance), far, mix(far, middle, 0.5))
  paintMist(back, y + 60, skyLow, 0.35)
}

const country = ({ middle, palette, chance }: Painting, y = 500) => {
  const line = hillLine(y, 16, chance)
  paintGround(middle, palette, line, chance)
  return line
}

const nearGrass = ({ near, palette, chance }: Painting): void => {
  grass(near, palette.near, 96, chance)
  grass(near, palette.near, 175, chance, left, left + 300)
  grass(near, palette.near, 175, chance, right - 300, right)
}

const edges = ({ middle, palette, chance }: Painting, line: (x: number) => number, count: number): void => {
  for (let at = 0; at < count; at += 1) {
    const x = at % 2 === 0 ? between(left, 150, chance) : between(1130, right, chance)
    const tone = mix(palette.middle, palette.ground, chance() * 0.5)
    if (chance() < 0.6) roundTree(middle, x, line(x) + between(8, 50, chance), between(230, 330, chance), tone, chance)
    else conifer(middle, x, line(x) + between(8, 50, chance), between(240, 360, chance), tone)
  }
}

/** What is to be seen at each place, without the sky. */
export const places: Readonly<Record<Setting['place'], (painting: Painting) => void>> = {
  meadow: (painting) => {
    const { middle, palette, chance } = painting
    hills(painting, 430)
    const line = country(painting)
    paintPath(middle, palette, line, between(480, 800, chance))
    edges(painting, line, 4)
    flowers(
      middle,
      line,
      petals.map((one) => mix(one, palette.air, 0.2)),
      chance,
    )
    nearGrass(painting)
  },
  forest: (painting) => {
    const { back, middle, near, palette, chance } = painting
    const { far, skyLow } = palette
    for (const [at, y] of [400, 450, 500].entries()) {
      const tone = mix(mix(far, palette.middle, at / 2), skyLow, 0.4 - at * 0.16)
      treeLine(back, hillLine(y, 14, chance), tone, 190 + at * 70, chance)
      paintUnder(back, hillLine(y + 6, 8, chance), tone, tone)
      paintMist(back, y, skyLow, 0.3)
    }
    const line = country(painting, 512)
    paintPath(middle, palette, line, between(560, 720, chance))
    const bark = mix(darker(palette.middle, 0.25), [92, 68, 52], 0.6)
    for (const x of [40, 170, 1100, 1235]) {
      trunk(middle, x + between(-26, 26, chance), 560 + between(-24, 26, chance), between(50, 84, chance), bark, chance)
    }
    for (const x of [-40, 250, 1020, 1310])
      bush(middle, x + between(-20, 20, chance), 566, between(60, 90, chance), palette.middle, chance)
    canopy(middle, left, 430, 190, palette.middle, chance)
    canopy(middle, 850, right, 190, palette.middle, chance)
    canopy(middle, 330, 950, 70, darker(palette.middle, 0.15), chance)
    nearGrass(painting)
    bush(near, left + 30, bottom, 150, palette.near, chance)
    bush(near, right - 30, bottom, 150, palette.near, chance)
  },
  river: (painting) => {
    const { middle, palette, chance } = painting
    hills(painting, 410)
    const line = country(painting, 470)
    paintRiver(middle, palette, between(560, 760, chance), line(640) + 2)
    edges(painting, line, 5)
    for (const x of [260, 330, 1000]) bush(middle, x, 540 + between(0, 20, chance), 40, palette.middle, chance)
    nearGrass(painting)
  },
  sea: (painting) => {
    const { back, middle, palette, chance } = painting
    paintUnder(back, hillLine(392, 30, chance), mix(palette.far, palette.skyLow, 0.5), palette.far)
    paintSea(back, palette, 396)
    const sand = mix([236, 210, 160], palette.ground, 0.25)
    paintUnder(
      middle,
      hillLine(560, 12, chance),
      lighter(mix(sand, palette.air, 0.2), 0.2),
      darker(mix(sand, palette.air, 0.25), 0.3),
    )
    const boat = darker(palette.roof, 0.25)
    const x = between(820, 1080, chance)
    back.fillStyle = css(boat)
    back.beginPath()
    back.moveTo(x - 56, 424)
    back.quadraticCurveTo(x, 462, x + 60, 424)
    back.fill()
    back.fillStyle = css(lighter(palette.wall, 0.3))
    back.beginPath()
    back.moveTo(x, 418)
    back.lineTo(x, 320)
    back.quadraticCurveTo(x + 62, 372, x + 46, 414)
    back.fill()
    back.fillRect(x - 3, 316, 4, 108)
    grass(painting.near, palette.near, 120, chance, left, left + 330)
    grass(painting.near, palette.near, 120, chance, right - 330, right)
  },
  mountain: (painting) => {
    const { back, middle, palette, chance } = painting
    paintPeaks(back, palette, 420, chance)
    paintMist(back, 470, palette.skyLow, 0.5)
    treeLine(back, hillLine(500, 20, chance), mix(palette.middle, palette.far, 0.4), 120, chance)
    const line = country(painting, 510)
    for (const x of [20, 120, 1120, 1240])
      conifer(middle, x, line(x) + between(10, 50, chance), between(230, 340, chance), palette.middle)
    for (const x of [300, 930]) bush(middle, x, 566, 34, mix(palette.far, [130, 130, 136], 0.5), chance)
    nearGrass(painting)
  },
  village: (painting) => {
    const { middle, palette, chance, setting } = painting
    const isLit = setting.hour === 'night' || setting.hour === 'dusk'
    hills(painting, 420)
    const line = country(painting, 505)
    for (const [at, x] of [-10, 215, 1050, 1270].entries()) {
      const near = at === 0 || at === 3
      cottage(
        middle,
        palette,
        x + between(-20, 20, chance),
        line(x) + (near ? 36 : 14),
        near ? 300 : 200,
        isLit,
        chance(),
      )
    }
    paintPath(middle, palette, line, 640)
    fence(middle, (x) => line(x) + 34, mix(palette.wall, palette.roof, 0.2), 330, 560)
    roundTree(middle, 880, line(880) + 20, 240, palette.middle, chance)
    nearGrass(painting)
  },
  city: (painting) => {
    const { back, middle, near, palette, chance, setting } = painting
    const isLit = setting.hour === 'night' || setting.hour === 'dusk'
    skyline(back, palette, 470, mix(palette.far, palette.skyLow, 0.35), isLit, chance, 300)
    paintMist(back, 420, palette.skyLow, 0.45)
    skyline(middle, palette, 500, mix(palette.wall, palette.far, 0.35), isLit, chance, 250)
    const stone = mix([150, 146, 150], palette.ground, 0.25)
    middle.fillStyle = downward(middle, 520, bottom, stone, darker(stone, 0.45))
    middle.fillRect(left, 520, right - left, bottom - 520)
    middle.fillStyle = css(darker(stone, 0.35), 0.4)
    for (let row = 0; row < 7; row += 1) {
      const y = 530 + row * row * 6
      for (let x = left + (row % 2) * 40; x < right; x += 80) middle.fillRect(x, y, 66, 2 + row)
    }
    for (const x of [110, 1170]) streetLamp(middle, x, 580, darker(palette.near, 0.1), isLit)
    bush(near, left + 20, bottom, 100, palette.near, chance)
  },
  castle: (painting) => {
    const { back, middle, palette, chance, setting } = painting
    hills(painting, 440)
    const x = between(520, 760, chance)
    paintUnder(back, (at) => 520 - 130 * Math.exp(-(((at - x) / 330) ** 2)), palette.middle, palette.ground)
    castle(back, palette, x, 404, setting.hour === 'night' || setting.hour === 'dusk')
    const line = country(painting, 510)
    paintPath(middle, palette, line, x)
    edges(painting, line, 4)
    nearGrass(painting)
  },
  room: ({ back, setting, palette, chance }) => paintRoom(back, setting, palette, chance),
}
