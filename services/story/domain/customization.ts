import { languageTag } from '#shared/domain/language-tag.ts'
import { plainText } from './story-text.ts'

/** How a story presents itself; empty means the default. */
export interface Customization {
  coverUrl: string
  /** `#rrggbb`. */
  accentColor: string
  defaultNarratorVoiceId: string
  /** BCP 47 tag of the player's own labels. */
  shellLanguage: string
}

const plain: Customization = { coverUrl: '', accentColor: '', defaultNarratorVoiceId: '', shellLanguage: '' }

/** A customization with what is given changed. Throws INVALID_LANGUAGE, INVALID_TEXT. */
export const customized = (before: Customization | undefined, change: Partial<Customization>): Customization => ({
  coverUrl: plainText('cover_url', change.coverUrl ?? before?.coverUrl ?? plain.coverUrl),
  accentColor: (change.accentColor ?? before?.accentColor ?? plain.accentColor).toLowerCase(),
  defaultNarratorVoiceId: plainText(
    'default_narrator_voice_id',
    change.defaultNarratorVoiceId ?? before?.defaultNarratorVoiceId ?? plain.defaultNarratorVoiceId,
  ),
  shellLanguage: change.shellLanguage
    ? languageTag(change.shellLanguage, 'shell_language')
    : (change.shellLanguage ?? before?.shellLanguage ?? plain.shellLanguage),
})
