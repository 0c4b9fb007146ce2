import { readdirSync, readFileSync } from 'node:fs'

const folder = new URL('../../templates/', import.meta.url)

/** The texts that come with the platform: by template, by language. */
export type ShippedTexts = ReadonlyMap<string, ReadonlyMap<string, string>>

/** Reads them, once. */
export const readShipped = (): ShippedTexts =>
  new Map(
    readdirSync(folder).map((name) => {
      const texts = readdirSync(new URL(`${name}/`, folder)).map((file) => {
        const source = readFileSync(new URL(`${name}/${file}`, folder), 'utf8')
        return [file.replace(/\.mjml$/, ''), source] as const
      })
      return [name, new Map(texts)] as const
    }),
  )
