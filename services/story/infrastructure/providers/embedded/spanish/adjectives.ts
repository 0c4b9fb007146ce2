import { words } from '../tokens.ts'

export const BEFORE =
  words(`viejo vieja pobre gran buen buena bueno mal mala malo pequeño pequeña primer primero primera segundo segunda tercer
tercero tercera cuarto cuarta último última otro otra mismo misma propio propia joven anciano anciana malvado malvada bella bello hermoso
hermosa querido querida dulce astuto astuta sabio sabia noble rico rica famoso famosa temible feroz enorme diminuto diminuta humilde
simpático simpática valiente único única mejor peor mayor menor tierno tierna antiguo antigua nuevo nueva honrado honrada
dos tres cuatro cinco seis siete muy más supuesto supuesta amable alegre triste pícaro pícara codicioso avaro tonto tonta`)

export const NOMINAL =
  words(`mayor menor mediano mediana primero primera segundo segunda tercero tercera otro otra pequeño pequeña viejo vieja
joven anciano anciana grande último última benjamín primogénito ciego ciega`)

export const AFTER =
  words(`mayor menor mediano mediana pequeño pequeña viejo vieja joven grande rojo roja negro negra blanco blanca gris pardo parda
feroz malvado malvada bueno buena malo mala pobre rico rica anciano anciana sabio sabia astuto astuta gordo gorda flaco flaca ciego
ciega verde azul dorado dorada primero segundo tercero solitario solitaria real perezoso perezosa trabajador trabajadora`)

/** Said instead of a noun of whoever was meant before: "la pobre", "el orgulloso". */
export const EPITHETS =
  words(`pobre pobrecito pobrecita pobrecillo pobrecilla orgulloso orgullosa malvado malvada astuto astuta necio necia
codicioso codiciosa envidioso envidiosa presumido presumida vanidoso vanidosa desdichado desdichada desgraciado
desgraciada cuitado cuitada valiente cobarde curioso curiosa travieso traviesa ambicioso ambiciosa ingrato ingrata miserable
holgazán holgazana glotón glotona mentiroso mentirosa traidor traidora embustero embustera terco terca testarudo testaruda malo mala
afligido afligida enamorado enamorada condenado condenada maldito maldita inocente ingenuo ingenua insensato insensata
fugitivo fugitiva moribundo moribunda avariento tacaño tacaña gruñón gruñona
simpático simpática atrevido atrevida descarado descarada sinvergüenza granuja tunante galopín aludido aludida interpelado
interpelada susodicho susodicha infortunado infortunada`)
