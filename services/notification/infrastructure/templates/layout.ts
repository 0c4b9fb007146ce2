import { closestOf, isRightToLeft, lastResort, shippedLocales } from '../../domain/locale.ts'

/** The expressions that every mail ends with. */
const footers: Readonly<Record<(typeof shippedLocales)[number], { why: string; end: string }>> = {
  en: { why: 'You get this mail because you have an account with Troupe.', end: 'No more mails of this kind' },
  de: { why: 'Du bekommst diese Mail, weil du ein Konto bei Troupe hast.', end: 'Keine Mails dieser Art mehr' },
  es: { why: 'Recibes este correo porque tienes una cuenta en Troupe.', end: 'No recibir más correos de este tipo' },
  fr: {
    why: 'Vous recevez ce message parce que vous avez un compte chez Troupe.',
    end: 'Ne plus recevoir de messages de ce type',
  },
  hi: { why: 'यह मेल आपको इसलिए मिला है क्योंकि Troupe में आपका खाता है।', end: 'इस तरह के मेल अब न भेजें' },
  ar: { why: 'تصلك هذه الرسالة لأن لديك حسابًا في Troupe.', end: 'إيقاف رسائل من هذا النوع' },
}

/** The footer in the language closest to a tag. */
export const footerIn = (locale: string): { why: string; end: string } =>
  footers[(closestOf(locale, shippedLocales) ?? lastResort) as keyof typeof footers]

// Fonts that are there: of some names MJML would fetch one, which tells the font's owner who reads.
const font = "-apple-system, 'Segoe UI', 'Noto Sans', 'Noto Sans Arabic', Arial, sans-serif"

/** A mail around a body, in MJML. */
export const layout = (body: string, locale: string): string => {
  const isRtl = isRightToLeft(locale)
  const [direction, align] = isRtl ? ['rtl', 'right'] : ['ltr', 'left']
  return `<mjml lang="${locale}" dir="${direction}">
  <mj-head>
    <mj-title>§subject§</mj-title>
    <mj-preview>§short§</mj-preview>
    <mj-attributes>
      <mj-all font-family="${font}" />
      <mj-text align="${align}" font-size="16px" line-height="24px" color="#26221f" />
      <mj-button background-color="#8a2432" color="#ffffff" border-radius="6px" font-size="16px" />
      <mj-section direction="${direction}" />
    </mj-attributes>
  </mj-head>
  <mj-body background-color="#f4f0ea">
    <mj-section><mj-column><mj-text font-size="20px" font-weight="700" color="#8a2432">Troupe</mj-text></mj-column></mj-section>
    <mj-section background-color="#ffffff" border-radius="8px"><mj-column>
${body}
    </mj-column></mj-section>
    <mj-section><mj-column><mj-text font-size="12px" line-height="18px" color="#6b6259">§footer§</mj-text></mj-column></mj-section>
  </mj-body>
</mjml>`
}
