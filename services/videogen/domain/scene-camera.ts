import type { Seen } from './scene-cast.ts'
import { between, chanceOf } from './seeded.ts'

/** Where the camera looks, in pixels from the middle, and how close. */
export interface View {
  x: number
  y: number
  zoom: number
}

/** It goes slowly from one view to the other. */
export interface Camera {
  from: View
  to: View
}

const stageWidth = 1280

/** Every other scene goes the other way; who speaks is seen closer. */
export const cameraOf = (place: number, seen: readonly Seen[], seed: string): Camera => {
  const chance = chanceOf(`${seed}|camera|${place}`)
  const speaker = seen.find(({ isSpeaker }) => isSpeaker)
  const close = speaker ? between(1.2, 1.3, chance) : between(1.08, 1.14, chance)
  const focus = speaker ? (speaker.x - 0.5) * stageWidth * 0.42 : 0
  const low = speaker ? between(26, 42, chance) : between(4, 14, chance)
  const wide: View = { x: focus * 0.4, y: low * 0.3, zoom: speaker ? 1.1 : 1.01 }
  const near: View = { x: focus, y: low, zoom: close }
  const drift = between(34, 52, chance)
  switch (place % 4) {
    case 0:
      return { from: wide, to: near }
    case 1:
      return { from: { ...near, x: focus - drift }, to: { ...near, x: focus + drift } }
    case 2:
      return { from: near, to: wide }
    default:
      return { from: { ...near, x: focus + drift }, to: { ...near, x: focus - drift } }
  }
}
