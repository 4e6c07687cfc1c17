import till from '../../../internal/messages/en/till.json'

export default till
