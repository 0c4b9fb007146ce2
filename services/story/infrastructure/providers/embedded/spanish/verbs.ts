import type { SpeechForm } from '../language.ts'
import { words } from '../tokens.ts'

const REGULAR_AR =
  words(`habl pregunt contest grit exclam murmur susurr chill llam orden mand explic añad coment declar anunci asegur afirm
neg avis advirti observ señal not protest reclam rog suplic implor llor solloz suspir jade balbuce tartamude mascull gruñ refunfuñ
rezong bram brom bufon burl interrog indag inform cont relat narr recit cant canturre tarare entr continu termin concluy empez comenz
confes confi revel record apunt precis aclar opin pens medit reflexion imagin invit propon aconsej recomend suger insinu insist
exig demand reproch rega regañ reprend critic acus amenaz jur promet salud felicit celebr anim consol tranquiliz calm convenc ofrec
intervin interrump cort zanj sentenci dictamin determin pronunci proclam vocifer aull ladr maull cacare croar grazn pi pip rebuzn
relinch muge bal trin sil silb chist bisbise cuchiche musit vacil dud titube quej lament gimote alarde presum fanfarrone brome ironiz
chance soci supus acot puntualiz matiz rectific corrob confirm asinti apost apremi urg implor invoc rez or bendi maldi carraspe tos
resopl bufe ruge gruñe aplaud festej alab elogi adul halag mint fing disimul desafi ret provoc incit alent exhort reconoc acept admit
conced repuso replic respond repit`)
const IRREGULAR =
  words(`dijo dice decía dijeron decían respondió responde respondía respondieron repuso replicó repitió repite insistió
pidió pide pedía pidieron gimió gime rugió ruge rugía gruñó gruñe gruñía mugió rió ríe reía sonrió sonríe añadió prosiguió prosigue siguió
concluyó interrumpió intervino advirtió advierte sugirió sugiere propuso propone prometió promete exigió exige reprendió maldijo bendijo
predijo asintió consintió admitió reconoció ofreció agradeció convino supuso dispuso expuso impuso aplaudió rebatió refirió inquirió inquiere
confesó pensó piensa contó cuenta rogó ruega recordó comenzó empezó negó mintió corrigió dirigió despidió entonó respondióle díjole
preguntóle contestóle gritóle hizo soltó lanzó espetó terció apostilló atajó saltó logró volvió objetó alcanzó acertó sostuvo mantuvo
leyó lee escribió tradujo puntualizó hipó tosió escupió canturreó ululó siseó bramó tronó rompió quiso acabó fue`)
const PAST_AR = /[^aeiou]?ó$/u

const forms = new Map<string, SpeechForm>()
for (const stem of REGULAR_AR) {
  for (const [ending, person, plural] of [
    ['ó', 3, false],
    ['aba', 3, false],
    ['a', 3, false],
    ['aron', 3, true],
    ['aban', 3, true],
    ['é', 1, false],
  ] as const) {
    const soft = ending === 'é' ? stem.replace(/g$/u, 'gu').replace(/c$/u, 'qu').replace(/z$/u, 'c') : stem
    if (PAST_AR.test(ending) || stem.length > 2) forms.set(`${soft}${ending}`, { person, plural })
  }
}
for (const form of IRREGULAR) forms.set(form, { person: 3, plural: /(?:ron|an)$/u.test(form) })
for (const form of [
  'dije',
  'digo',
  'respondí',
  'repuse',
  'propuse',
  'supuse',
  'sugerí',
  'seguí',
  'reí',
  'sonreí',
  'gruñí',
  'gemí',
  'advertí',
  'prometí',
  'admití',
  'reconocí',
  'ofrecí',
  'mentí',
  'quise',
  'hice',
  'repliqué',
  'pedí',
  'añadí',
  'insistí',
  'repetí',
  'mentí',
  'pensé',
  'decía',
])
  forms.set(form, { person: form === 'decía' ? 3 : 1, plural: false })
for (const wrong of [
  'corta',
  'ora',
  'nota',
  'cuenta',
  'entra',
  'llama',
  'canta',
  'marca',
  'manda',
  'orden',
  'duda',
  'cont',
  'queja',
  'calma',
  'demanda',
  'pia',
  'pipa',
  'burla',
  'broma',
  'brama',
  'reta',
  'rega',
  'ordena',
  'celebra',
  'sila',
  'bala',
  'critica',
  'mosca',
  'negra',
  'urga',
  'jura',
  'quejaba',
  'niega',
])
  forms.delete(wrong)

export const spanishSpeech = (lower: string): SpeechForm | undefined =>
  forms.get(lower) ?? forms.get(lower.replace(/(?:le|les|me|nos|se)$/u, ''))

const KNOWN =
  words(`era eran fue fueron estaba estaban estuvo tenía tuvo había hubo hizo vio dio puso pudo quiso supo vino dijo trajo
anduvo cayó leyó oyó creyó huyó iba iban veía es está tiene hay hace ve da pone puede quiere sabe viene dice trae va van cree oye
sale entra llega mira vive come duerme corre abre cierra lleva deja toma coge encuentra siente piensa empieza vuelve sigue parece
son están tienen pueden quieren vienen corren sentía sabía podía quería debía parecía vivía dormía comía hacía ponía salía seguía`)
const NOT_VERB =
  words(`tía día todavía alegría compañía cortesía fantasía mía policía había-una librería panadería sabía sandía bahía
energía guía poesía melodía garantía travesía averiguó-lo mayoría mejoría minoría alcaldía artillería caballería cacería carnicería
cofradía frutería galería hechicería herrería joyería judía lejía lotería maestría manía osadía porquería profecía sangría sequía
simpatía sombrerería teoría tontería tubería utopía valentía vía zapatería compañías días tías solo ojalá barón`)

/** Could this word be a finite verb of telling: a preterite, an imperfect, or a common present? */
export const isSpanishVerb = (lower: string): boolean =>
  KNOWN.has(lower) ||
  forms.has(lower) ||
  (!NOT_VERB.has(lower) && /(?:.{2}ó|.{2}ían?|.{2}aban?|.{2}aron|.{2}ieron|.{2}eron)$/u.test(lower))
