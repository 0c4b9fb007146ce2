import { languageTag } from '#shared/domain/language-tag.ts'
import { plainText } from '#shared/domain/plain-text.ts'

/** How a story presents itself; empty means the default. */
export class Customization {
  /** An https address. */
  coverUrl!: string
  /** `#rrggbb`. */
  accentColor!: string
  defaultNarratorVoiceId!: string
  /** BCP 47 tag of the player's own labels. */
  shellLanguage!: string
}

export type CustomizationChange = { [Key in keyof Customization]?: string | undefined }

const plain: Customization = { coverUrl: '', accentColor: '', defaultNarratorVoiceId: '', shellLanguage: '' }

/** A customization with what is given changed. Throws INVALID_LANGUAGE, INVALID_TEXT. */
export const customized = (before: Customization = plain, change: CustomizationChange = {}): Customization => {
  const shellLanguage = change.shellLanguage ?? before.shellLanguage
  return Object.assign(new Customization(), {
    coverUrl: plainText('cover_url', change.coverUrl ?? before.coverUrl),
    accentColor: (change.accentColor ?? before.accentColor).toLowerCase(),
    defaultNarratorVoiceId: plainText(
      'default_narrator_voice_id',
      change.defaultNarratorVoiceId ?? before.defaultNarratorVoiceId,
    ),
    shellLanguage: shellLanguage && languageTag(shellLanguage, 'shell_language'),
  })
}
