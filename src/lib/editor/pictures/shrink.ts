/**
 * Makes of any picture a small plain JPEG, on this device: drawn anew, so that nothing a camera wrote into the file
 * (place, time, device) goes along, and nothing in it can run.
 */
import { LONGEST_SIDE, MOST_PICTURE, readPicture, type Picture } from '#lib/casework/pictures.ts';

export type PictureRefusal = 'not-a-picture' | 'picture-too-large';

/** Bytes of a file that is tried at all. */
const MOST_FILE = 40_000_000;
/** Tried one after the other until it fits. */
const tries = [
	{ side: LONGEST_SIDE, quality: 0.82 },
	{ side: LONGEST_SIDE, quality: 0.65 },
	{ side: 1200, quality: 0.65 },
	{ side: 900, quality: 0.6 }
];

export async function shrinkPicture(file: Blob): Promise<Picture | PictureRefusal> {
	if (file.size > MOST_FILE) return 'picture-too-large';
	// a drawing with instructions in it is a program, not a picture
	if (!file.type.startsWith('image/') || file.type.includes('svg')) return 'not-a-picture';
	let bitmap: ImageBitmap;
	try {
		bitmap = await createImageBitmap(file);
	} catch {
		return 'not-a-picture';
	}
	try {
		for (const { side, quality } of tries) {
			const scale = Math.min(1, side / Math.max(bitmap.width, bitmap.height));
			const width = Math.max(1, Math.round(bitmap.width * scale));
			const height = Math.max(1, Math.round(bitmap.height * scale));
			const canvas = new OffscreenCanvas(width, height);
			const context = canvas.getContext('2d');
			if (context === null) return 'picture-too-large';
			context.fillStyle = '#fff'; // what was transparent is paper
			context.fillRect(0, 0, width, height);
			context.imageSmoothingQuality = 'high';
			context.drawImage(bitmap, 0, 0, width, height);
			const blob = await canvas.convertToBlob({ type: 'image/jpeg', quality });
			if (blob.size > MOST_PICTURE) continue;
			return readPicture(new Uint8Array(await blob.arrayBuffer())) ?? 'not-a-picture';
		}
		return 'picture-too-large';
	} finally {
		bitmap.close();
	}
}
