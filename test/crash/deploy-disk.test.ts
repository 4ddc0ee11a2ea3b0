import { describeDeployStops } from '../support/deploy-stops.ts';

describeDeployStops('a deploy on a disk that is full at any one mutation is taken up again', 'ENOSPC');
describeDeployStops('a deploy on a disk that fails at any one mutation is taken up again', 'EIO');
