import { type Gender, words } from './tokens.ts'

/** Common given names of the three languages; a help for gender, never needed to be found as a character. */
const MALE =
  words(`davy jim jimmy johnny billy bobby danny eddie freddie charlie jamie kenny larry lenny luke matthew nathan ned nick
patrick ralph ray rob robin ron ross roy scott sean simon stan steve ted terry toby tony wayne wilbur zach aaron albert alan andrew
anthony bertie brian chris colin craig dennis derek donald douglas dylan ethan evan gary gavin geoffrey gilbert gordon graham greg
harold howard ian jason jeremy jerome joshua keith kevin leonard marcus neil nigel owen phil rupert russell stuart theodore vincent
walt warren adam adrián alberto alejandro alex alexander alfonso alfred álvaro andreas andrés ángel anton antonio arthur
august axel bastian ben benedikt benjamin bernd bernardo bill bob bruno carl carlos charles christian christoph
daniel david diego dieter dominik eduardo edward elias emil emilio enrique eric erik ernst esteban eugen fabian federico felipe
felix félix fernando finn florian francisco frank franz frederick friedrich fritz gabriel georg george gerardo gerhard gonzalo
gregor guillermo günter gustav hannes hans harald harry heinrich heinz helmut henri henry hermann hugo ignacio
isaac iván jack jacob jaime jakob james jan javier jens joachim joaquín joe joel johann johannes john jonas jonathan jörg jorge
josé josef joseph juan juanito julian julio julius jürgen karl karsten kaspar klaus konrad kurt lars leo león leon leonard liam
lorenz lorenzo lothar louis lucas luca ludwig luis lukas manfred manolo manuel marco marcos mario mark markus martin martín marvin
mateo matthias mauricio max maximilian michael michel miguel moritz nico nicolás niklas nils noah norbert oliver omar oscar óscar
oskar otto pablo paco patrick paul pedro pepe peter philip philipp pierre rafael rainer ralf ramón raúl ricardo richard robert
roberto rodrigo rolf roman rubén rudi rudolf salvador sam samuel santiago sebastian sebastián sergio sepp siegfried simon simón
stefan stephan steven sven tariq theo thomas till tim tobias tom tomás toni torsten ulrich uwe vicente víctor victor volker walter
werner wilhelm william wolfgang xaver ahmed ali amir arjun ravi kofi kwame kenji hiro chen wei mehmet yusuf dmitri ivan igor boris
mikhail sergei peterchen nepomuk ignaz alois vinzenz benito fermín anselmo eusebio hilario julián agustín bartolomé
damián domingo gaspar germán hernán jacinto leandro lázaro marcelo mauro nacho quique román teo tadeo valentín zacarías`)
const FEMALE =
  words(`nell nellie nelly abby abigail alison amber angela april audrey becky beth betty bonnie bridget carol cassie celia
chloe cindy daisy debbie diane dorothy eileen eleanor eliza evie fiona freya georgia georgina ginny gwen harriet hazel heather hetty
holly hope ivy jacqueline jean jenny jill joan josie joy joyce judith judy june karen katie kathleen kathy kim kitty laurie libby
lottie lydia mabel maggie marcy marian marjorie maud maisie megan meg mildred millie minnie molly myra nancy nan norah pam pamela
patty peggy penny phoebe poppy polly rachel robyn rosemary rosie roxanne sheila shirley sue susie tabitha tess tilly trudy vanessa
violet vivian wanda wendy winnie ada adela agnes agneta alba alice alicia alina amalia amanda amelia amelie amy ana andrea ángela anja anna
anne anneliese annette annie antonia astrid barbara bárbara beatriz berta birgit blanca brigitte camila carla carlota carmen
carolina caroline catalina cecilia charlotte christa christina christine clara claudia conchita consuelo cristina dagmar daniela
diana dolores dora doris dorothea edith elena eleonora elfriede elisa elisabeth elise elizabeth elke ella ellen elsa else emily
emilia emma erika esperanza estela ester eva evelyn fatima fátima fernanda flora florence franziska frida frieda gabriela
gabriele gerda gertrud gisela gloria grace greta gretchen grete hanna hannah heidi heike helen helena helga hilda hilde
ida inés inge ingrid irene iris irma isabel isabella jana jane janet jessica joana johanna josefa josefina juana julia juliana
juliane karin karla katharina käthe kathrin kerstin klara kate laura lea lena leni leonie leonor lidia lieschen liesel lilli lily
lina linda lisa lola lotte louise lucía lucy luisa luise luna magda magdalena maja manuela mara margaret margareta margarita
margot maria maría marianne marie marina marlene marta martha mary matilda mathilda mercedes mia mila milena mina mira miriam
monica mónica monika nadia nadja natalia nathalie nelly nicole nina noelia nora olga olivia paloma patricia paula paulina pauline
petra petronila pia pilar raquel rebecca regina remedios renate rita rosa rosalía rosario rose ruth sabine sally sandra
sara sarah silke silvia simone sofía sofie sophia sophie soledad sonja stefanie stella susan susana susanne sylvia tania teresa
tess theresa therese tilda tina ursula úrsula ute valentina valeria vera verónica victoria violeta virginia yolanda zoe amina
aisha priya mei yuki sakura ngozi adaeze leila layla zahra nour olena oksana svetlana natasha irina ximena itziar nuria montse
lupe guadalupe asunción encarnación milagros amparo rocío jimena candela abril martina renata micaela tomasa eulalia gertrudis`)

export const genderOfFirstName = (lower: string): Gender | undefined =>
  MALE.has(lower) ? 'm' : FEMALE.has(lower) ? 'f' : undefined

export const isFirstName = (lower: string): boolean => MALE.has(lower) || FEMALE.has(lower)
