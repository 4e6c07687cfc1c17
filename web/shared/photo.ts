/** Longest side of a photo that is sent, as the server keeps it. */
export const photoSide = 1600

/** The size a picture gets inside a square of `side`, never larger than it is. */
export function within(width: number, height: number, side: number): { width: number; height: number } {
  const scale = Math.min(1, side / Math.max(width, height))
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) }
}

/** Opens a picture file; rejects when it is none. The caller need not free anything. */
export function loadImage(file: Blob): Promise<HTMLImageElement> {
  return new Promise((resolve, reject) => {
    const url = URL.createObjectURL(file)
    const image = new Image()
    image.onload = () => {
      URL.revokeObjectURL(url)
      resolve(image)
    }
    image.onerror = () => {
      URL.revokeObjectURL(url)
      reject(new Error('not an image'))
    }
    image.src = url
  })
}

export function drawWithin(image: HTMLImageElement, side: number): HTMLCanvasElement {
  const size = within(image.naturalWidth, image.naturalHeight, side)
  const canvas = document.createElement('canvas')
  canvas.width = size.width
  canvas.height = size.height
  canvas.getContext('2d')!.drawImage(image, 0, 0, size.width, size.height)
  return canvas
}

/** A JPEG of at most photoSide, drawn anew: place, time and maker of the camera's file do not survive that. */
export async function shrinkPhoto(file: Blob): Promise<Blob> {
  const canvas = drawWithin(await loadImage(file), photoSide)
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('the picture could not be drawn'))), 'image/jpeg', 0.85)
  })
}
