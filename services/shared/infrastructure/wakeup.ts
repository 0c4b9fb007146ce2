/** Lets one loop sleep until it is woken or a time has passed; a wake before the sleep is not lost. */
export class Wakeup {
  private pending = false
  private resolve: (() => void) | undefined

  wake(): void {
    this.pending = true
    this.resolve?.()
  }

  /** Returns whether it was woken; at once if it was before, or if the time is 0. */
  async wait(milliseconds: number, signal?: AbortSignal): Promise<boolean> {
    if (!this.pending && milliseconds > 0 && !signal?.aborted) {
      await new Promise<void>((resolve) => {
        const finish = () => {
          clearTimeout(timer)
          signal?.removeEventListener('abort', finish)
          resolve()
        }
        const timer = setTimeout(finish, milliseconds)
        signal?.addEventListener('abort', finish, { once: true })
        this.resolve = finish
      })
    }
    const woken = this.pending
    this.resolve = undefined
    this.pending = false
    return woken
  }
}
