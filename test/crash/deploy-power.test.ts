import { describeDeployStops } from '../support/deploy-stops.ts';

describeDeployStops(
  'a deploy that a power loss ends at any mutation, or at either end of a command, with what was not synced gone, is taken up again',
  'power',
);
