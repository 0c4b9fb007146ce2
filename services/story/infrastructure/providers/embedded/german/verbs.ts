import type { SpeechForm } from '../language.ts'
import { words } from '../tokens.ts'

/** Regular verbs by stem: sag-te, sag-t. */
const REGULAR =
  words(`sag frag antwort flüster murmel brumm knurr schnauf seufz stöhn jammer klag wein schluchz lach kicher
grins lächel schmunzel spott höhn murr mecker schimpf tob brüll stotter stammel hauch keuch japs ächz wimmer winsel
jaul bell fauch zisch piep fiep quiek grunz schnatter gacker kräh krächz gurr zwitscher quak wieher blök meckerte
erwider entgegn versetz erklär erzähl bericht berichtig bemerk ergänz füg wiederhol bestätig beteuer versicher behaupt
mein glaub überleg dach wunder staun jubel frohlock freu tröst beruhig ermahn mahn warn droh forder verlang bettel fleh
beschwör bitt frag erkundig wünsch grüß begrüß verkünd meld plapper plauder schwatz raun wisper brabbel nuschel lall
näsel flöt säusel hauchte trällerte sing summ johl kreisch quietsch schmeichel lob neck scherz spottete prahl
protestier kommentier diktier interessier argumentier insistier korrigier gratulier knirsch grummel raunz schnauz
polter donner dröhn schmetter heul schnurr miau maunz ruf hak schmeichelt prust krächz bekräftig gesteh räum wend
mach setz schimpf belehr kommandier befahl predig prophezei seufzt schmoll maul wett zeter stichel kontert konter
scherz winkt hust räusper lock bohr dräng`)
const STRONG =
  words(`sprach spricht rief ruft schalt schilt schrie schreit bat bittet befahl befiehlt versprach verspricht verriet dachte
denkt meinte schwor schwört gestand gesteht sang singt begann beginnt fuhr fährt warf wirft widersprach unterbrach
unterbricht stieß bot rät riet beschloss fand findet entschied las liest schrieb schreibt gab hob brachte erwog sprachen
wollte riefen schrien schrieen baten sangen dachten log lud empfahl verhieß pfiff pries brach fing schloss kam ging lud
hieß verbat gebot erfuhr wandte warf platzte meldete antwortete redete redet betete kündigte kündigt`)
const PLURAL_NOT = words('weinen lachen singen fragen sagen meinen rufen sprechen bitten antworten')

const forms = new Map<string, SpeechForm>()
const put = (form: string, plural = false): void => {
  if (!forms.has(form)) forms.set(form, { person: 3, plural })
}
for (const stem of REGULAR) {
  const linked = /[td]$/u.test(stem) || /[^lrhaeiouäöü][nm]$/u.test(stem) ? `${stem}e` : stem
  put(`${linked}te`)
  put(`${linked}t`)
  put(`${linked}ten`, true)
}
for (const form of STRONG) put(form, /en$/u.test(form))
for (const form of PLURAL_NOT) forms.delete(form)
for (const wrong of ['wert', 'macht', 'dacht', 'ruft', 'weint', 'gruß'])
  if (wrong !== 'ruft' && wrong !== 'weint') forms.delete(wrong)
for (const [form, plural] of [
  ['sage', false],
  ['frage', false],
  ['rufe', false],
  ['antworte', false],
  ['flüstere', false],
  ['murmle', false],
] as const)
  forms.set(form, { person: 1, plural })

export const germanSpeech = (lower: string): SpeechForm | undefined => forms.get(lower)

const PRETERITE =
  words(`war wurde hatte konnte wollte sollte musste durfte mochte wusste ging kam sah lief stand saß lag nahm gab
hielt ließ fiel fing trat trug trank aß fraß flog floh zog schlug schlief schloss schnitt schob schoss schrieb schwamm sprang
sang sank stahl starb stieg stieß tat traf trieb verlor vergaß verschwand verschlang wuchs wusch warf zerriss ritt rannte
kannte nannte brannte dachte brachte blieb schien bekam begann bog band biss blies bot brach empfing erschrak fand griff
grub half hing hob hieß kroch las lud log maß pfiff quoll rang riss roch rief schrie schwieg schwor sprach spann sann
stach verriet verstand verließ wich wog zwang ist hat wird kann will soll muss darf mag weiß geht kommt sieht läuft steht
sitzt liegt nimmt gibt hält lässt fällt tritt trägt trinkt isst frisst fliegt zieht schlägt schläft springt bleibt
findet hört lebt wohnt macht tut waren hatten wurden konnten wollten gingen kamen sahen liefen standen saßen lagen
nahmen gaben hielten ließen fielen zogen blieben fanden sprangen trafen aßen tranken flogen schliefen beschloss erschien entkam
stak buk schalt schuf schwand sog spie stank strich wand schlich glich litt mied schwoll zerbrach erhob besaß beschwor
ergriff gewann vertrieb verbrachte betrat erhielt gefiel entschied`)
const NOT_VERB =
  words(`nicht jetzt erst fast sonst dort mit seit recht laut leicht oft selbst weit gut zuletzt zuerst bereit
dicht nächst samt nebst sanft sacht schlecht schlicht echt bunt kalt alt fest halt nett tot rot satt platt matt glatt hart zart
bald spät nackt insgesamt überhaupt entlang unbedingt vielleicht meist mindest höchst längst wert breit stolz gesund rund geschickt
verliebt verrückt bekannt berühmt verletzt erschöpft entsetzt erstaunt überrascht bitte heute beste letzte dritte alte bunte weite
kalte gute rote harte zarte tote erste zweite vierte fünfte halbe breite lichte rechte leichte feste sanfte mitte leute beute
unten hinten gestern selten guten alten roten ersten letzten dritten zweiten kalten ganzen besten weiten lauten bunten harten`)

/** A finite verb beyond doubt, though it may end like an adjective: "wurde", "sagte". */
export const isKnownGermanVerb = (lower: string): boolean => PRETERITE.has(lower) || forms.has(lower)

/** Could this lower-case word be the finite verb? Weak preterites and third persons by ending, strong ones by list. */
export const isGermanVerb = (lower: string): boolean =>
  PRETERITE.has(lower) ||
  forms.has(lower) ||
  (!NOT_VERB.has(lower) && /.{2}(?:te|ten)$/u.test(lower)) ||
  (!NOT_VERB.has(lower) &&
    !/^ge.*t$/u.test(lower) &&
    /.{3}t$/u.test(lower) &&
    !/(?:igt|eit|icht|ernst|acht)$/u.test(lower))
