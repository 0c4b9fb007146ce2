import { invalid } from '#shared/domain/errors.ts'

/** A public name as it is kept. Throws INVALID_DISPLAY_NAME. */
export const displayNameOf = (text: string): string => {
  const name = text.trim().normalize('NFC')
  const length = [...name].length
  if (length < 1 || length > 100) throw invalid('display_name', 'INVALID_DISPLAY_NAME', 'must have 1–100 characters')
  return name
}
