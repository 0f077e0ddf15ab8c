V="helper"
