import { getSettings, listPronunciations, setPronunciation, setSettings } from './author-wishes.ts'
import { erasePerson } from './erase-person.ts'
import { narrateWhenAnalyzed, outdateNarration, removeNarration } from './follow-stories.ts'
import { generateNarration } from './generate-narration.ts'
import { getSoundtrack } from './get-soundtrack.ts'
import { abandonNarration, getProgress, narrateStory } from './narrate-story.ts'
import { cancelNarration, listNarrations, listSegments, seeNarration, watchNarration } from './narrations.ts'
import type { Ports } from './ports.ts'
import { previewVoice } from './preview-voice.ts'
import { regenerateSegment } from './regenerate-segment.ts'
import { speak } from './speak.ts'
import { tellNarration } from './tell-narration.ts'
import { runTraining, trainVoice } from './train-voice.ts'
import { uploadSample } from './upload-sample.ts'
import { useRecordings } from './use-recordings.ts'
import { createVoice, deleteSample, deleteVoice, getVoice, listVoices, recordConsent } from './voices.ts'

/** The use cases of narration. */
export const narrationApp = (given: Ports) => {
  const ports = { ...given, speak: speak(given) }
  return {
    createVoice: createVoice(ports),
    recordConsent: recordConsent(ports),
    uploadSample: uploadSample(ports),
    deleteSample: deleteSample(ports),
    trainVoice: trainVoice(ports),
    runTraining: runTraining(ports),
    listVoices: listVoices(ports),
    getVoice: getVoice(ports),
    deleteVoice: deleteVoice(ports),
    previewVoice: previewVoice(ports),
    generateNarration: generateNarration(ports),
    tellNarration: tellNarration(ports),
    seeNarration: seeNarration(ports),
    listSegments: listSegments(ports),
    listNarrations: listNarrations(ports),
    getSoundtrack: getSoundtrack(ports),
    regenerateSegment: regenerateSegment(ports),
    watchNarration: watchNarration(ports),
    cancelNarration: cancelNarration(ports),
    setPronunciation: setPronunciation(ports),
    listPronunciations: listPronunciations(ports),
    getSettings: getSettings(ports),
    setSettings: setSettings(ports),
    outdateNarration: outdateNarration(ports),
    removeNarration: removeNarration(ports),
    narrateWhenAnalyzed: narrateWhenAnalyzed(ports),
    useRecordings: useRecordings(ports),
    // What is told keeps its sound until it is told anew.
    forgetSession: async (sessionId: string) => given.recordings.forgetSession(sessionId),
    narrateStory: narrateStory(ports),
    abandonNarration: abandonNarration(ports),
    getProgress: getProgress(ports),
    erasePerson: erasePerson(ports),
    audioOf: (ownerId: string, key: string) => given.studio.speechKeys(ownerId, key),
    sampleOf: given.studio.sampleBlob,
  }
}

export type NarrationApp = ReturnType<typeof narrationApp>
