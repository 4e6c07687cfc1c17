/** Finds QR codes: with the browser's own detector where it has one, else with a library that is fetched only then. */
interface Detector {
  detect(source: CanvasImageSource | ImageBitmapSource): Promise<{ rawValue: string }[]>
}
interface DetectorKind {
  new (options: { formats: string[] }): Detector
  getSupportedFormats(): Promise<string[]>
}

async function nativeDetector(): Promise<Detector | null> {
  const kind = (window as unknown as { BarcodeDetector?: DetectorKind }).BarcodeDetector
  if (!kind) return null
  try {
    const formats = await kind.getSupportedFormats()
    return formats.includes('qr_code') ? new kind({ formats: ['qr_code'] }) : null
  } catch {
    // Some builds have the name and not the service behind it.
    return null
  }
}

export type Decode = (source: HTMLVideoElement | HTMLCanvasElement) => Promise<string | null>

/** A function that reads the first QR code in a picture, or answers null. */
export async function createDecoder(): Promise<Decode> {
  const detector = await nativeDetector()
  if (detector) return async (source) => (await detector.detect(source))[0]?.rawValue ?? null
  const { default: QrScanner } = await import('qr-scanner')
  const engine = await QrScanner.createQrEngine()
  return async (source) => {
    try {
      return (await QrScanner.scanImage(source, { qrEngine: engine, returnDetailedScanResult: true })).data
    } catch {
      // The library's way of saying that there is no code in this picture.
      return null
    }
  }
}

/** Reads the QR code in a photo, trying smaller sizes too: a sharp phone picture is often too large for a detector. */
export async function decodePhoto(file: Blob): Promise<string | null> {
  const decode = await createDecoder()
  const { loadImage, drawWithin } = await import('../photo')
  const image = await loadImage(file)
  for (const side of [1600, 1000, 600]) {
    const found = await decode(drawWithin(image, side))
    if (found) return found
  }
  return null
}
