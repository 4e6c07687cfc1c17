import { ApiError, uuidv7 } from '../../shared/api'

/**
 * A session may end while somebody types. Nothing typed may be lost then: whatever was asked waits, the sign-in form
 * appears over the page, and after signing in the same request is sent again under the same key.
 */
type SignInAgain = () => Promise<void>

let signInAgain: SignInAgain | null = null

/** Registers the form that signs in again; given by the app once it is mounted. */
export function onSignedOut(ask: SignInAgain): void {
  signInAgain = ask
}

const signedOut = (fault: unknown) => fault instanceof ApiError && fault.code === 'access.sign_in'

/** Runs a request; where the session has ended, waits for a new one and runs it once more with the same idempotency key. */
export async function asked<T>(run: (key: string) => Promise<T>, key: string = uuidv7()): Promise<T> {
  for (;;) {
    try {
      return await run(key)
    } catch (fault) {
      if (!signedOut(fault) || !signInAgain) throw fault
      await signInAgain()
    }
  }
}
