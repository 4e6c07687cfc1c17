import common from '../../internal/messages/en/common.json'
import counter from '../../internal/messages/en/counter.json'

export default { ...common, ...counter }
