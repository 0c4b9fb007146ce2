import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import type { ProgramName } from './program.ts'

const fileNames: Readonly<Record<ProgramName, string>> = {
  ffmpeg: 'ffmpeg',
  ffprobe: 'ffprobe',
  espeak: 'espeak-ng',
}

const isProgram = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false // not there, or not for us: as good as absent
  }
}

/** The file of a program: the one that is named, or else the first on the PATH; undefined where there is none. */
export const findProgram = (program: ProgramName, named: string | undefined): string | undefined => {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '')
  const candidates = named === undefined ? folders.map((folder) => join(folder, fileNames[program])) : [named]
  return candidates.find(isProgram)
}

/** Why there is none, and what to do about it. */
export const whyMissing = (program: ProgramName, named: string | undefined): string => {
  const variable = `TROUPE_${program.toUpperCase()}`
  return named === undefined
    ? `${fileNames[program]} is not installed: put it on the PATH or name it in ${variable}`
    : `${variable} names ${named}, which cannot be run`
}
