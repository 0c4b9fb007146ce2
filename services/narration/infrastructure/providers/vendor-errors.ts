import { vendorAnswers } from '#shared/infrastructure/clients/vendor-answers.ts'
import { SpeechError } from '../../domain/engine.ts'

/** What the answers of those who are asked for speech say. */
export const { answered, unanswered } = vendorAnswers(SpeechError, 'SPEECH')
