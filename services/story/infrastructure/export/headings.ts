const CHAPTER = [
  'chapter|prologue|epilogue|kapitel|prolog|epilog|kapittel|hoofdstuk|proloog|epiloog',
  'cap[ií]tulo|pr[oó]logo|ep[ií]logo|chapitre|épilogue|capitolo|prologo|epilogo|rozdział|bölüm',
  'глава|пролог|эпилог|розділ|κεφάλαιο|πρόλογος|επίλογος',
  'الفصل|مقدمة|خاتمة|فصل|פרק|פרולוג|אפילוג|अध्याय|chương',
].join('|')

// Everyday words, which head a part only with a number behind them.
const PART = 'part|book|teil|buch|parte|libro|livro|partie|livre|deel|boek|часть|книга|μέρος|βιβλίο|phần'

const MAX_LENGTH = 80
const MAX_BARE_WORDS = 3

const NUMBERED = new RegExp(`^(?:${CHAPTER}|${PART})\\s+(?:\\p{Nd}+|[IVXLCDM]+)\\s*(?:$|[.:)–—-])`, 'iu')
const NAMED = new RegExp(`^(?:\\p{L}+\\s+)?(?:${CHAPTER})(?![\\p{L}\\p{M}])`, 'iu')
const HAN = /^第[\p{Nd}〇零一二三四五六七八九十百千]+[章回話话節节部]/u
const SENTENCE_END = /[.!?…।؟,;]["'”»“]?$/u

/**
 * Whether a line on its own reads like the heading of a chapter: "Chapter 4: The Mill", "Erstes Kapitel",
 * "CAPÍTULO II". What has no number must be three words at most or end without a full stop, so that a sentence which
 * happens to start with such a word stays a sentence.
 */
export const isHeading = (line: string): boolean => {
  if (line.length === 0 || line.length > MAX_LENGTH) return false
  if (NUMBERED.test(line) || HAN.test(line)) return true
  if (!NAMED.test(line)) return false
  return line.split(' ').length <= MAX_BARE_WORDS || !SENTENCE_END.test(line)
}
