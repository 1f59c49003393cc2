/** A team made in memory becomes known to a relay process, as the founder's device would make it known. */
import { WebSocket as NodeWebSocket } from 'ws';
import { connectCircles } from '#lib/sync/circles-connection.ts';
import type { RelayProcess } from './relay-process.ts';
import type { Team } from './team.ts';

export async function admitTo(
	relay: Pick<RelayProcess, 'socketUrl' | 'origin' | 'foundingCode'>,
	team: Team
): Promise<void> {
	const [founder] = team.people;
	if (founder === undefined) throw new Error('a team needs somebody');
	const connection = connectCircles({
		url: relay.socketUrl,
		origin: relay.origin,
		device: founder.device,
		WebSocket: NodeWebSocket as unknown as typeof WebSocket
	});
	const { foundingCode } = relay;
	try {
		for (const log of [team.agency, team.case]) {
			for (const entry of log.entries) {
				const answer = await connection.append(
					log.circle,
					entry,
					foundingCode === undefined ? {} : { foundingCode }
				);
				if (!answer.ok) throw new Error(`the relay refused the team: ${answer.reason}`);
			}
		}
	} finally {
		connection.close();
	}
}
