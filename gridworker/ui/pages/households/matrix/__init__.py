"""楼栋图: one building drawn as floor × stairwell."""
