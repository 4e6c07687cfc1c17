import { uuidv7 } from './uuid'

/**
 * The name of what a person means to do once. Sent again unchanged, after a lost answer, it keeps its key, so the server
 * does it once; changed in any way, it is another intent and gets another key.
 */
export class Intent {
  private sent = ''
  private key = ''

  constructor(private readonly make: () => string = uuidv7) {}

  keyFor(body: unknown): string {
    const text = JSON.stringify(body)
    if (this.key === '' || text !== this.sent) {
      this.sent = text
      this.key = this.make()
    }
    return this.key
  }
}
