declare module 'mjml' {
  export interface Problem {
    line: number
    tagName: string
    message: string
  }
  /** Throws with `errors` when the source breaks MJML's rules. */
  export default function mjml2html(
    source: string,
    options: { validationLevel: 'strict'; keepComments: false },
  ): Promise<{ html: string; errors: readonly Problem[] }>
}
