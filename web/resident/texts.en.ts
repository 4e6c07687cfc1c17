import common from '../../internal/messages/en/common.json'
import resident from '../../internal/messages/en/resident.json'

export default { ...common, ...resident }
