/// <reference no-default-lib="true"/>
/// <reference lib="esnext" />
/// <reference lib="webworker" />
/// <reference types="@sveltejs/kit" />
/**
 * Keeps the whole app on the device, so that every page opens without a network from the moment it was first loaded.
 *
 * It never keeps anything a person wrote, and never takes over from a version in use unless the person has said so.
 */
import { build, files, version } from '$service-worker';
import { cleanupOutdatedCaches, createHandlerBoundToURL, precacheAndRoute } from 'workbox-precaching';
import { NavigationRoute, registerRoute } from 'workbox-routing';

declare const self: ServiceWorkerGlobalScope;

precacheAndRoute([
	// what Vite built carries its own hash in its name
	...build.map((url) => ({ url, revision: null })),
	// static files and the shell do not
	...files.map((url) => ({ url, revision: version })),
	{ url: '/shell.html', revision: version }
]);
cleanupOutdatedCaches();

registerRoute(
	new NavigationRoute(createHandlerBoundToURL('/shell.html'), {
		// the relay's own addresses, and anything that looks like a file: those answer for themselves
		denylist: [/^\/(ws|api|healthz|metrics)\b/, /\/[^/?]+\.[a-z0-9]+$/i]
	})
);

// The first page a device ever loads was not loaded through this worker. Claiming it lets that page fetch the parts it
// has not needed yet (the editor, say) from here, even when the network goes away before it is loaded again.
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

self.addEventListener('message', (event) => {
	if ((event.data as { type?: unknown } | null)?.type === 'SKIP_WAITING') void self.skipWaiting();
});
